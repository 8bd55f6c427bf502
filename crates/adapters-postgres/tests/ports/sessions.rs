//! Sessions and standings on a real server.

use crate::common::{Home, home};
use adapters_postgres::{PgSessions, PgStandings};
use chrono::TimeDelta;
use domain::access::permission::Permission;
use domain::access::standing::AccessChange;
use domain::audit::{AuditAction, Party, Subject};
use domain::id::UserId;
use domain::port::access_changes::AccessChanges;
use domain::port::sessions::{RotationAttempt, Sessions};
use domain::port::standings::Standings;
use domain::session::rotation::{Decision, Generation, Lifetimes};
use domain::session::rotation_cases::{CASES, Case, Expected};
use domain::session::{
    Device, MAX_SESSIONS_PER_USER, Revocation, Revoke, Session, SessionOpening, SessionUse,
};
use test_support::{a_journal, a_session};

fn an_opening(session: Session) -> SessionOpening {
    let journal = a_journal(
        AuditAction::SignIn,
        Party::User(session.user),
        Subject::Session(session.id),
    );
    SessionOpening { session, journal }
}

async fn opened(home: &Home, user: UserId) -> Session {
    let session = a_session(user);
    PgSessions::new(home.pg.clone())
        .open(&an_opening(session.clone()))
        .await
        .unwrap();
    session
}

#[tokio::test]
async fn a_device_is_new_when_others_were_there_before_it_and_it_never_was() {
    let home = home().await;
    let sessions = PgSessions::new(home.pg.clone());
    let person = home.person().await;
    let device = |name: &str| Device::of(Some(name), Some("Linux"));
    let is_new = async |device: Option<Device>| sessions.is_new_device(person.id, device).await;
    assert!(!is_new(device("Firefox")).await.unwrap(), "the first ever");
    let session = Session {
        device: device("Firefox"),
        ..a_session(person.id)
    };
    sessions.open(&an_opening(session.clone())).await.unwrap();
    assert!(!is_new(device("Firefox")).await.unwrap());
    assert!(is_new(device("Chrome")).await.unwrap());
    assert!(
        is_new(None).await.unwrap(),
        "who says nothing is nobody known"
    );
    let revocation = a_revocation(person.id, Revoke::All);
    sessions.revoke(&revocation).await.unwrap();
    assert!(!is_new(device("Firefox")).await.unwrap(), "it was here");
    let stranger = home.person().await;
    opened(&home, stranger.id).await;
    assert!(!is_new(device("Firefox")).await.unwrap());
}

fn a_revocation(user: UserId, which: Revoke) -> Revocation {
    Revocation {
        user,
        which,
        reason: "revoked",
        at: a_session(user).created_at,
        journal: a_journal(
            AuditAction::RevokeSessions,
            Party::User(user),
            Subject::User(user),
        ),
    }
}

fn an_attempt(session: &Session, presented: i64, seconds: i64) -> RotationAttempt {
    RotationAttempt {
        session: session.id,
        presented: Generation::restore(presented),
        now: session.created_at + TimeDelta::seconds(seconds),
        lifetimes: Lifetimes::default(),
    }
}

/// Puts a session into the state of a case.
async fn arrange(home: &Home, session: &Session, case: &Case) {
    let at = |seconds: i64| session.created_at + TimeDelta::seconds(seconds);
    let used = case.used.then(|| at(case.rotated_at));
    let revoked = case.revoked.then(|| at(case.rotated_at));
    let reason = case.revoked.then_some("logout");
    let text = |time: Option<chrono::DateTime<chrono::Utc>>| {
        time.map_or("NULL".to_owned(), |time| format!("'{}'", time.to_rfc3339()))
    };
    home.owner
        .batch_execute(&format!(
            "UPDATE sessions SET generation = {}, rotated_at = {}, used_at = {}, idle_expires_at = {}, \
                 absolute_expires_at = {}, revoked_at = {}, revoked_reason = {} WHERE id = '{}'",
            case.generation,
            text(Some(at(case.rotated_at))),
            text(used),
            text(Some(at(case.idle_expires_at))),
            text(Some(at(case.absolute_expires_at))),
            text(revoked),
            reason.map_or("NULL".to_owned(), |reason| format!("'{reason}'")),
            session.id
        ))
        .await
        .unwrap();
}

#[tokio::test]
async fn every_case_of_the_rotation_table_is_decided_as_the_domain_decides() {
    let home = home().await;
    let user = home.person().await.id;
    let sessions = PgSessions::new(home.pg.clone());
    for case in CASES {
        let session = opened(&home, user).await;
        arrange(&home, &session, case).await;
        let attempt = an_attempt(&session, case.presented, case.now);
        let rotation = sessions.rotate(&attempt).await.unwrap().unwrap();
        let seen = match rotation.decision {
            Decision::Rotate(state) => Expected::Rotate(state.generation.get()),
            Decision::Replay(state) => Expected::Replay(state.generation.get()),
            Decision::Reused => Expected::Reused,
            Decision::Expired => Expected::Expired,
            Decision::Revoked => Expected::Revoked,
        };
        assert_eq!(seen, case.expected, "{}", case.name);
        let stored = home
            .count(&format!(
                "SELECT generation FROM sessions WHERE id = '{}'",
                session.id
            ))
            .await;
        let expected = match case.expected {
            Expected::Rotate(generation) => generation,
            _ => case.generation,
        };
        assert_eq!(stored, expected, "{}", case.name);
    }
}

#[tokio::test]
async fn many_tabs_that_refresh_at_once_get_one_successor() {
    let home = home().await;
    let user = home.person().await.id;
    let session = opened(&home, user).await;
    let mut tabs = Vec::new();
    for _ in 0..30 {
        let (sessions, attempt) = (
            PgSessions::new(home.pg.clone()),
            an_attempt(&session, 1, 60),
        );
        tabs.push(tokio::spawn(async move {
            sessions.rotate(&attempt).await.unwrap().unwrap()
        }));
    }
    let mut rotated = 0;
    for tab in tabs {
        match tab.await.unwrap().decision {
            Decision::Rotate(state) => {
                rotated += 1;
                assert_eq!(state.generation.get(), 2);
            }
            Decision::Replay(state) => assert_eq!(state.generation.get(), 2),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(rotated, 1);
}

#[tokio::test]
async fn an_unknown_session_is_none() {
    let home = home().await;
    let user = home.person().await.id;
    let sessions = PgSessions::new(home.pg.clone());
    let attempt = an_attempt(&a_session(user), 1, 60);
    assert_eq!(sessions.rotate(&attempt).await.unwrap(), None);
}

#[tokio::test]
async fn a_session_too_many_ends_the_one_heard_of_longest_ago() {
    let home = home().await;
    let user = home.person().await.id;
    let sessions = PgSessions::new(home.pg.clone());
    let mut all = Vec::new();
    for number in 0..MAX_SESSIONS_PER_USER {
        let mut session = a_session(user);
        session.last_seen_at += TimeDelta::seconds(number.into());
        assert_eq!(
            sessions.open(&an_opening(session.clone())).await.unwrap(),
            []
        );
        all.push(session.id);
    }
    let one_more = sessions.open(&an_opening(a_session(user))).await.unwrap();
    assert_eq!(one_more, [all[0]]);
    let now = a_session(user).created_at;
    assert_eq!(sessions.list(user, now).await.unwrap().len(), 50);
}

#[tokio::test]
async fn ending_sessions_touches_only_those_of_that_person() {
    let home = home().await;
    let (alice, bob) = (home.person().await.id, home.person().await.id);
    let (one, two, his) = (
        opened(&home, alice).await.id,
        opened(&home, alice).await.id,
        opened(&home, bob).await.id,
    );
    let sessions = PgSessions::new(home.pg.clone());
    let stolen = a_revocation(alice, Revoke::One(his));
    assert_eq!(sessions.revoke(&stolen).await.unwrap(), []);
    let rows = home
        .count("SELECT count(*) FROM audit_logs WHERE action = 'session.revoke'")
        .await;
    assert_eq!(rows, 0, "what changed nothing is not recorded");
    let others = a_revocation(alice, Revoke::AllBut(one));
    assert_eq!(sessions.revoke(&others).await.unwrap(), [two]);
    assert_eq!(sessions.revoke(&others).await.unwrap(), []);
}

#[tokio::test]
async fn a_use_is_recorded_for_the_generation_it_belongs_to() {
    let home = home().await;
    let user = home.person().await.id;
    let (current, moved_on) = (opened(&home, user).await, opened(&home, user).await);
    let sessions = PgSessions::new(home.pg.clone());
    sessions.rotate(&an_attempt(&moved_on, 1, 5)).await.unwrap();
    let a_use_of = |session: &Session| SessionUse {
        session: session.id,
        generation: Generation::FIRST,
        at: session.created_at + TimeDelta::seconds(9),
    };
    sessions
        .record_uses(&[a_use_of(&current), a_use_of(&moved_on)])
        .await
        .unwrap();
    let row = home
        .owner
        .query_one(
            "SELECT id::text FROM sessions WHERE used_at IS NOT NULL",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(row.get::<_, String>(0), current.id.to_string());
}

async fn prolong(home: &Home) {
    // The standing asks the clock of the database, not that of the test.
    home.owner
        .batch_execute("UPDATE sessions SET idle_expires_at = now() + interval '1 day', absolute_expires_at = now() + interval '1 day'")
        .await
        .unwrap();
}

#[tokio::test]
async fn a_living_session_stands_as_its_roles_say() {
    let home = home().await;
    let user = home.person().await;
    let session = opened(&home, user.id).await.id;
    prolong(&home).await;
    let standings = PgStandings::new(home.pg.clone());
    let standing = standings.find(session, user.id).await.unwrap().unwrap();
    assert!(
        standing
            .rights
            .permissions
            .contains(Permission::ScriptsCreate)
    );
    assert!(
        !standing
            .rights
            .permissions
            .contains(Permission::ScriptsModerate)
    );
    assert!(!standing.rights.email_verified);
    let stranger = home.person().await.id;
    assert_eq!(standings.find(session, stranger).await.unwrap(), None);
}

#[tokio::test]
async fn ended_and_expired_sessions_stand_no_more_and_the_feed_tells() {
    let home = home().await;
    let user = home.person().await.id;
    let (ended, expired) = (opened(&home, user).await.id, opened(&home, user).await.id);
    prolong(&home).await;
    let standings = PgStandings::new(home.pg.clone());
    let revocation = a_revocation(user, Revoke::One(ended));
    PgSessions::new(home.pg.clone())
        .revoke(&revocation)
        .await
        .unwrap();
    home.owner
        .batch_execute(&format!(
            "UPDATE sessions SET idle_expires_at = now() - interval '1 second' WHERE id = '{expired}'"
        ))
        .await
        .unwrap();
    for gone in [ended, expired] {
        assert_eq!(standings.find(gone, user).await.unwrap(), None);
    }
    let recent = standings.recent(TimeDelta::seconds(5)).await.unwrap();
    assert!(recent.changes.contains(&AccessChange::SessionEnded(ended)));
}

#[tokio::test]
async fn the_feed_tells_who_changed_at_which_epoch() {
    let home = home().await;
    let user = home.person().await.id;
    home.owner
        .batch_execute(&format!(
            "UPDATE access_epoch SET value = 41; INSERT INTO access_changes (epoch, user_id) VALUES (40, '{user}'), (41, NULL); \
             INSERT INTO access_changes (epoch, user_id, created_at) VALUES (39, NULL, now() - interval '1 minute')"
        ))
        .await
        .unwrap();
    let recent = PgStandings::new(home.pg.clone())
        .recent(TimeDelta::seconds(5))
        .await
        .unwrap();
    let epoch = domain::access::standing::AccessEpoch;
    assert_eq!(recent.epoch, epoch(41));
    assert_eq!(
        recent.changes,
        [
            AccessChange::User {
                user,
                epoch: epoch(40)
            },
            AccessChange::Everybody { epoch: epoch(41) },
        ]
    );
}
