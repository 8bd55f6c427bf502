//! Accounts, as staff finds them and acts upon them.

use adapters_postgres::{PgAccounts, PgSessions, PgSupervisedAccounts};
use chrono::{DateTime, TimeDelta, Utc};
use domain::access::role::RoleName;
use domain::account::closure::{AccountRestoration, ClosureConflict, RESTORABLE};
use domain::account::supervision::{
    SearchWords, StaffAct, StaffConflict, StaffDecision, StaffDecisionMade, Suspension,
    SuspensionReason, UserFilter, UserListing,
};
use domain::account::user::{AccountStatus, User};
use domain::audit::{AuditAction, Party, Subject};
use domain::id::UserId;
use domain::outage::StoreError;
use domain::page::{Limit, Window};
use domain::port::account_closures::AccountClosures;
use domain::port::sessions::Sessions;
use domain::port::supervised_accounts::SupervisedAccounts;
use domain::session::SessionOpening;
use test_support::{a_journal, a_session};

use crate::common::{Home, home};

fn supervised(home: &Home) -> PgSupervisedAccounts {
    PgSupervisedAccounts::new(home.pg.clone())
}

/// Somebody who holds one more role.
async fn holder(home: &Home, role: &str) -> User {
    let user = home.person().await;
    let sql = "INSERT INTO user_roles (user_id, role_id) SELECT $1::text::uuid, id FROM roles WHERE name = $2";
    let id = user.id.to_string();
    home.owner.execute(sql, &[&id, &role]).await.unwrap();
    user
}

fn noon() -> DateTime<Utc> {
    test_support::a_user().created_at + TimeDelta::hours(1)
}

fn spam() -> StaffAct {
    StaffAct::Suspend(Suspension {
        reason: SuspensionReason::parse("spam").unwrap(),
        until: None,
    })
}

async fn decide(
    home: &Home,
    by: Option<UserId>,
    user: UserId,
    act: StaffAct,
    at: DateTime<Utc>,
) -> Result<StaffDecisionMade, StaffConflict> {
    let party = by.map_or(Party::Operator, Party::User);
    let decision = StaffDecision {
        user,
        by,
        act,
        at,
        journal: a_journal(AuditAction::SuspendAccount, party, Subject::User(user)),
    };
    let made = supervised(home).decide(&decision).await;
    made.map_err(|error| match error {
        StoreError::Conflict(conflict) => conflict,
        StoreError::Outage(outage) => panic!("{outage}"),
    })
}

async fn status(home: &Home, user: UserId) -> AccountStatus {
    let found = supervised(home).find(user).await.unwrap();
    found.unwrap().user.status
}

#[tokio::test]
async fn a_suspension_ends_every_session_is_told_with_its_reason_and_can_be_lifted_once() {
    let home = home().await;
    let (moderator, user) = (holder(&home, "moderator").await, home.person().await);
    let session = a_session(user.id);
    let opening = SessionOpening {
        session: session.clone(),
        journal: a_journal(
            AuditAction::SignIn,
            Party::User(user.id),
            Subject::Session(session.id),
        ),
    };
    let sessions = PgSessions::new(home.pg.clone());
    sessions.open(&opening).await.unwrap();
    let by = Some(moderator.id);
    let made = decide(&home, by, user.id, spam(), noon()).await.unwrap();
    assert_eq!(made.ended, [session.id]);
    let accounts = supervised(&home);
    let told = accounts.find_suspension(user.id).await.unwrap().unwrap();
    assert_eq!(told.reason.as_str(), "spam");
    assert_eq!(status(&home, user.id).await, AccountStatus::Suspended);

    let lifted = decide(&home, by, user.id, StaffAct::LiftSuspension, noon()).await;
    assert!(lifted.unwrap().epoch > made.epoch);
    assert_eq!(accounts.find_suspension(user.id).await.unwrap(), None);
    let again = decide(&home, by, user.id, StaffAct::LiftSuspension, noon()).await;
    let expected = StaffConflict::WrongState(AccountStatus::Active);
    assert_eq!(again.unwrap_err(), expected);
    let unknown = test_support::a_user().id;
    let outcome = decide(&home, by, unknown, spam(), noon()).await;
    assert_eq!(outcome.unwrap_err(), StaffConflict::NotFound);
}

#[tokio::test]
async fn nobody_acts_upon_somebody_who_may_do_more_than_they() {
    let home = home().await;
    let moderator = holder(&home, "moderator").await;
    let (admin, other) = (holder(&home, "admin").await, holder(&home, "admin").await);
    for act in [spam(), StaffAct::SignOut, StaffAct::Delete] {
        let outcome = decide(&home, Some(moderator.id), admin.id, act, noon()).await;
        assert_eq!(outcome.unwrap_err(), StaffConflict::Above);
    }
    assert_eq!(status(&home, admin.id).await, AccountStatus::Active);
    for user in [moderator.id, other.id] {
        let outcome = decide(&home, Some(admin.id), user, spam(), noon()).await;
        assert!(outcome.is_ok());
    }
}

#[tokio::test]
async fn two_administrators_who_put_each_other_out_at_once_leave_one() {
    let home = home().await;
    let (one, two) = (holder(&home, "admin").await, holder(&home, "admin").await);
    let outcomes = tokio::join!(
        decide(&home, Some(one.id), two.id, spam(), noon()),
        decide(&home, Some(two.id), one.id, StaffAct::Delete, noon()),
    );
    let done = usize::from(outcomes.0.is_ok()) + usize::from(outcomes.1.is_ok());
    assert_eq!(done, 1, "{outcomes:?}");
    let operator = decide(&home, None, one.id, spam(), noon()).await;
    let other = decide(&home, None, two.id, spam(), noon()).await;
    let refused = [operator, other].map(Result::err);
    assert!(
        refused.contains(&Some(StaffConflict::LastAdmin)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn what_staff_has_deleted_only_staff_brings_back_with_its_suspension_and_in_time() {
    let home = home().await;
    let user = home.person().await;
    decide(&home, None, user.id, spam(), noon()).await.unwrap();
    decide(&home, None, user.id, StaffAct::Delete, noon())
        .await
        .unwrap();
    let restoration = AccountRestoration {
        user: user.id,
        at: noon(),
        journal: a_journal(
            AuditAction::RestoreAccount,
            Party::User(user.id),
            Subject::User(user.id),
        ),
    };
    let own = PgAccounts::new(home.pg.clone()).restore(&restoration).await;
    assert!(matches!(
        own,
        Err(StoreError::Conflict(ClosureConflict::WrongState))
    ));
    let late = decide(&home, None, user.id, StaffAct::Restore, noon() + RESTORABLE).await;
    let expected = StaffConflict::WrongState(AccountStatus::Deleted);
    assert_eq!(late.unwrap_err(), expected);
    decide(&home, None, user.id, StaffAct::Restore, noon())
        .await
        .unwrap();
    assert_eq!(status(&home, user.id).await, AccountStatus::Suspended);
}

#[tokio::test]
async fn suspensions_that_have_ended_are_found_and_others_are_not() {
    let home = home().await;
    let (ended, going_on, endless) = (
        home.person().await,
        home.person().await,
        home.person().await,
    );
    for (user, until) in [
        (&ended, Some(DateTime::UNIX_EPOCH)),
        (
            &going_on,
            Some(DateTime::UNIX_EPOCH + TimeDelta::days(365 * 200)),
        ),
        (&endless, None),
    ] {
        let suspension = Suspension {
            reason: SuspensionReason::parse("spam").unwrap(),
            until,
        };
        let act = StaffAct::Suspend(suspension);
        decide(&home, None, user.id, act, noon()).await.unwrap();
    }
    let found = supervised(&home).list_served_suspensions(10).await;
    assert_eq!(found.unwrap(), [ended.id]);
}

async fn found(home: &Home, filter: UserFilter) -> Vec<UserId> {
    let listing = UserListing {
        filter,
        window: Window::First,
        limit: Limit::DEFAULT,
    };
    let page = supervised(home).list(&listing).await.unwrap();
    page.items.iter().map(|account| account.user.id).collect()
}

fn words(text: &str) -> UserFilter {
    UserFilter {
        words: Some(SearchWords::parse(text).unwrap()),
        ..UserFilter::default()
    }
}

#[tokio::test]
async fn accounts_are_found_by_a_part_of_a_name_an_id_a_state_and_a_role() {
    let home = home().await;
    let (ada, grace) = (home.person().await, holder(&home, "moderator").await);
    let name = "UPDATE users SET display_name = '100%_Ada' WHERE id = $1::text::uuid";
    let id = ada.id.to_string();
    home.owner.execute(name, &[&id]).await.unwrap();
    let part: String = ada.username.as_str().chars().skip(2).collect();
    let part = part.to_uppercase();
    for text in [part.as_str(), id.as_str(), "%_ad"] {
        assert_eq!(found(&home, words(text)).await, [ada.id], "{text}");
    }
    // A wildcard means itself.
    assert_eq!(found(&home, words("a%a")).await, []);
    let moderators = UserFilter {
        role: Some(RoleName::moderator()),
        ..UserFilter::default()
    };
    assert_eq!(found(&home, moderators).await, [grace.id]);
    decide(&home, None, grace.id, spam(), noon()).await.unwrap();
    let suspended = UserFilter {
        status: Some(AccountStatus::Suspended),
        ..UserFilter::default()
    };
    assert_eq!(found(&home, suspended).await, [grace.id]);
}

#[tokio::test]
async fn a_list_of_accounts_shows_everybody_once_forwards_and_backwards() {
    let home = home().await;
    for _ in 0..5 {
        home.person().await;
    }
    let limit = Limit::within(2, 2).unwrap();
    let mut window = Window::First;
    let mut seen = Vec::new();
    loop {
        let listing = UserListing {
            filter: UserFilter::default(),
            window,
            limit,
        };
        let page = supervised(&home).list(&listing).await.unwrap();
        seen.extend(page.items.iter().map(|account| account.user.id));
        match (page.next, page.previous) {
            (Some(next), _) => window = Window::After(next),
            (None, Some(previous)) => {
                let back = UserListing {
                    window: Window::Before(previous),
                    ..listing
                };
                let page = supervised(&home).list(&back).await.unwrap();
                let before: Vec<_> = page.items.iter().map(|account| account.user.id).collect();
                assert_eq!(before, seen.get(2..4).unwrap());
                break;
            }
            (None, None) => panic!("five accounts are more than one page"),
        }
    }
    assert_eq!(seen.len(), 5);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5);
}

#[tokio::test]
async fn a_dossier_tells_where_roles_come_from_and_how_the_account_is_used() {
    let home = home().await;
    let (admin, user) = (holder(&home, "admin").await, home.person().await);
    home.script(user.id, 1).await;
    let grant = "INSERT INTO user_roles (user_id, role_id, granted_by) SELECT $1::text::uuid, id, $2::text::uuid FROM roles WHERE name = 'moderator'";
    let (id, by) = (user.id.to_string(), admin.id.to_string());
    home.owner.execute(grant, &[&id, &by]).await.unwrap();
    let dossier = supervised(&home).find(user.id).await.unwrap().unwrap();
    let held: Vec<_> = dossier
        .roles
        .iter()
        .map(|held| (held.role.as_str(), held.granted_by))
        .collect();
    assert_eq!(held, [("moderator", Some(admin.id)), ("user", None)]);
    assert_eq!((dossier.scripts, dossier.live_sessions), (1, 0));
    assert_eq!(dossier.providers, ["email"]);
    assert!(!dossier.has_second_factor);
    let nobody = test_support::a_user().id;
    assert!(supervised(&home).find(nobody).await.unwrap().is_none());
}
