use super::*;
use chrono::TimeDelta;
use domain::job::Job;
use domain::outage::Dependency;
use domain::port::access_tokens::MockAccessTokens;
use domain::port::announcements::MockAnnouncements;
use domain::port::hot_sessions::MockHotSessions;
use domain::port::refresh_tokens::MockRefreshTokens;
use domain::port::sessions::MockSessions;
use domain::secret::Secret;
use domain::session::AuthMethod;
use domain::session::rotation::{Generation, Lifetimes};
use test_support::{FixedClock, SequentialIds};

struct Ports {
    sessions: MockSessions,
    hot: MockHotSessions,
    announcements: MockAnnouncements,
}

fn state(generation: i64) -> RotationState {
    let now = FixedClock::default().now();
    RotationState {
        generation: Generation::restore(generation),
        ..RotationState::begin(now, &Lifetimes::default())
    }
}

fn ports(decision: Option<Decision>) -> Ports {
    let mut ports = Ports {
        sessions: MockSessions::new(),
        hot: MockHotSessions::new(),
        announcements: MockAnnouncements::new(),
    };
    let user = SequentialIds::default().user();
    ports
        .sessions
        .expect_rotate()
        .once()
        .returning(move |attempt| {
            Ok(decision.map(|decision| Rotation {
                user,
                decision,
                authenticated_at: attempt.now,
                methods: vec![AuthMethod::Password],
            }))
        });
    ports
}

async fn run(ports: Ports) -> Result<TokenPair, RefreshError> {
    let mut access = MockAccessTokens::new();
    access
        .expect_sign()
        .returning(|claims| Ok(Secret::new(format!("access {}", claims.generation.get()))));
    let mut refresh = MockRefreshTokens::new();
    refresh
        .expect_write()
        .returning(|token| Secret::new(format!("refresh {}", token.generation.get())));
    let refresh: Arc<dyn RefreshTokens> = Arc::new(refresh);
    let use_case = RefreshSession {
        tokens: Arc::clone(&refresh),
        sessions: Arc::new(ports.sessions),
        hot: Arc::new(ports.hot),
        announcements: Arc::new(ports.announcements),
        issuer: TokenIssuer {
            access: Arc::new(access),
            refresh,
            lifetimes: Lifetimes::default(),
        },
        ids: Arc::new(SequentialIds::default()),
        clock: Arc::new(FixedClock::default()),
    };
    let presented = PresentedRefresh {
        session: SequentialIds::default().session(),
        generation: Generation::FIRST,
    };
    let refreshed = use_case.run(presented, &Origin::default()).await?;
    Ok(refreshed.into_tokens())
}

#[tokio::test]
async fn a_rotation_answers_the_next_pair_and_takes_the_hot_copy_along() {
    let mut ports = ports(Some(Decision::Rotate(state(2))));
    ports
        .hot
        .expect_rotate()
        .once()
        .returning(|_, _, _, _| Ok(Some(Decision::Rotate(state(2)))));
    let pair = run(ports).await.unwrap();
    assert_eq!(pair.refresh.expose(), "refresh 2");
    assert_eq!(pair.access.expose(), "access 2");
}

#[tokio::test]
async fn a_hot_copy_that_disagrees_is_replaced_by_the_truth() {
    for hot in [
        None,
        Some(Decision::Reused),
        Some(Decision::Replay(state(9))),
        Some(Decision::Rotate(state(9))),
    ] {
        let mut ports = ports(Some(Decision::Rotate(state(2))));
        ports
            .hot
            .expect_rotate()
            .returning(move |_, _, _, _| Ok(hot));
        ports
            .hot
            .expect_put()
            .once()
            .withf(|_, _, truth| *truth == state(2))
            .returning(|_, _, _| Ok(()));
        assert!(run(ports).await.is_ok());
    }
}

#[tokio::test]
async fn refreshing_goes_on_while_the_hot_copies_are_away() {
    let mut ports = ports(Some(Decision::Rotate(state(2))));
    ports
        .hot
        .expect_rotate()
        .returning(|_, _, _, _| Err(Outage::Overloaded(Dependency::Redis)));
    assert!(run(ports).await.is_ok());
}

#[tokio::test]
async fn a_lost_answer_is_given_again() {
    let pair = run(ports(Some(Decision::Replay(state(2))))).await.unwrap();
    assert_eq!(pair.refresh.expose(), "refresh 2");
}

#[tokio::test]
async fn a_copy_ends_the_session_on_every_node_with_an_audit_row_and_a_mail() {
    let mut ports = ports(Some(Decision::Reused));
    let ended = SequentialIds::default().session();
    ports
        .sessions
        .expect_revoke()
        .once()
        .withf(|revocation| {
            let audited = revocation
                .journal
                .entries()
                .iter()
                .any(|entry| entry.action == AuditAction::ReuseRefreshToken);
            let mailed =
                revocation.journal.jobs().iter().any(|job| {
                    matches!(&job.job, Job::SendMail(order) if order.letter == Letter::RefreshTokenReused)
                });
            audited && mailed
        })
        .returning(move |_| Ok(vec![ended]));
    ports.hot.expect_forget().once().returning(|_| Ok(()));
    ports
        .announcements
        .expect_announce()
        .once()
        .return_const(());
    assert!(matches!(run(ports).await, Err(RefreshError::Reused)));
}

#[tokio::test]
async fn unknown_and_ended_sessions_are_invalid_and_old_ones_expired() {
    assert!(matches!(run(ports(None)).await, Err(RefreshError::Invalid)));
    assert!(matches!(
        run(ports(Some(Decision::Revoked))).await,
        Err(RefreshError::Invalid)
    ));
    assert!(matches!(
        run(ports(Some(Decision::Expired))).await,
        Err(RefreshError::Expired)
    ));
}

#[tokio::test]
async fn an_access_token_does_not_outlive_its_session() {
    let mut last = state(2);
    last.absolute_expires_at = FixedClock::default().now() + TimeDelta::seconds(5);
    let pair = run(ports(Some(Decision::Replay(last)))).await.unwrap();
    assert_eq!(pair.access_expires_at, last.absolute_expires_at);
}
