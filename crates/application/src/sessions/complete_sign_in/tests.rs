use super::*;
use crate::second_factor::fixtures::{a_check, active, code};
use domain::account::one_time_token::OneTimeToken;
use domain::account::second_factor::HalfDone;
use domain::port::access_tokens::MockAccessTokens;
use domain::port::accounts::MockAccounts;
use domain::port::announcements::MockAnnouncements;
use domain::port::audit_trail::MockAuditTrail;
use domain::port::hot_sessions::MockHotSessions;
use domain::port::one_time_tokens::{MockOneTimeTokenCodec, MockOneTimeTokens};
use domain::port::refresh_tokens::MockRefreshTokens;
use domain::port::second_factors::MockSecondFactors;
use domain::port::sessions::MockSessions;
use domain::secret::Secret;
use domain::session::rotation::Lifetimes;
use domain::session::token::ForgedToken;
use test_support::{FixedClock, SequentialIds, a_user};

struct Ports {
    second_factors: MockSecondFactors,
    audit: MockAuditTrail,
    status: AccountStatus,
    purpose: TokenPurpose,
}

/// A sign-in that is open, of somebody whose last code was of step 99.
fn ports() -> Ports {
    let mut second_factors = MockSecondFactors::new();
    second_factors
        .expect_find_active()
        .returning(|_| Ok(Some(active(99))));
    Ports {
        second_factors,
        audit: MockAuditTrail::new(),
        status: AccountStatus::Active,
        purpose: TokenPurpose::Mfa,
    }
}

fn with_a_try(mut ports: Ports) -> Ports {
    ports
        .second_factors
        .expect_take_try()
        .once()
        .returning(|_, _| {
            Ok(Some(HalfDone {
                user: a_user().id,
                first: AuthMethod::Password,
            }))
        });
    ports
}

fn expecting_a_recorded_failure(mut ports: Ports) -> Ports {
    ports
        .audit
        .expect_append()
        .once()
        .withf(|journal| {
            let mut entries = journal.entries().iter();
            entries.all(|entry| entry.action == AuditAction::RefuseSecondFactor)
        })
        .returning(|_| Ok(()));
    ports
}

async fn run(ports: Ports, token: &str, typed: &str) -> Result<SignedIn, CompleteSignInError> {
    let mut user = a_user();
    let owner = user.id;
    user.status = ports.status;
    let mut accounts = MockAccounts::new();
    accounts.expect_find().returning(move |_| {
        Ok(Some(UserWithRoles {
            user: user.clone(),
            roles: Vec::new(),
        }))
    });
    let mut codec = MockOneTimeTokenCodec::new();
    codec.expect_read().returning(|text, _| {
        let id = SequentialIds::default().token();
        (text == "sho_good").then_some(id).ok_or(ForgedToken)
    });
    let mut tokens = MockOneTimeTokens::new();
    let (purpose, now) = (ports.purpose, FixedClock::default().now());
    tokens
        .expect_find()
        .returning(move |id| Ok(Some(OneTimeToken::new(id, owner, purpose, now))));
    let mut access = MockAccessTokens::new();
    access
        .expect_sign()
        .withf(|claims| claims.methods == [AuthMethod::Password, AuthMethod::Otp])
        .returning(|_| Ok(Secret::new("access".to_owned())));
    let mut refresh = MockRefreshTokens::new();
    refresh
        .expect_write()
        .returning(|_| Secret::new("refresh".to_owned()));
    let mut hot = MockHotSessions::new();
    hot.expect_put().returning(|_, _, _| Ok(()));
    let mut sessions = MockSessions::new();
    sessions.expect_is_new_device().returning(|_, _| Ok(false));
    let use_case = CompleteSignIn {
        sessions: Arc::new(sessions),
        codec: Arc::new(codec),
        tokens: Arc::new(tokens),
        accounts: Arc::new(accounts),
        factors: a_check(Arc::new(ports.second_factors)),
        hot: Arc::new(hot),
        audit: Arc::new(ports.audit),
        announcements: Arc::new(MockAnnouncements::new()),
        issuer: TokenIssuer {
            access: Arc::new(access),
            refresh: Arc::new(refresh),
            lifetimes: Lifetimes::default(),
        },
        ids: Arc::new(SequentialIds::default()),
        clock: Arc::new(FixedClock::default()),
    };
    let half = use_case.read(token).await?;
    let typed = code(typed);
    use_case.run(half, &typed, &Origin::default()).await
}

#[tokio::test]
async fn the_right_code_opens_a_session_of_both_factors() {
    let mut ports = with_a_try(ports());
    ports
        .second_factors
        .expect_sign_in()
        .once()
        .withf(|sign_in| {
            let methods = &sign_in.opening.session.methods;
            *methods == [AuthMethod::Password, AuthMethod::Otp]
                && matches!(sign_in.factor, FactorUse::Totp(_))
        })
        .returning(|_| Ok(Vec::new()));
    let signed_in = run(ports, "sho_good", "123456").await.unwrap();
    assert_eq!(signed_in.tokens.refresh.expose(), "refresh");
}

#[tokio::test]
async fn a_wrong_code_costs_a_try_and_is_recorded() {
    let ports = expecting_a_recorded_failure(with_a_try(ports()));
    let refused = run(ports, "sho_good", "654321").await;
    assert!(matches!(refused, Err(CompleteSignInError::WrongCode)));
}

#[tokio::test]
async fn a_code_that_somebody_else_used_meanwhile_is_wrong() {
    let mut ports = expecting_a_recorded_failure(with_a_try(ports()));
    ports
        .second_factors
        .expect_sign_in()
        .returning(|_| Err(StoreError::Conflict(FactorConflict::CodeSpent)));
    let refused = run(ports, "sho_good", "123456").await;
    assert!(matches!(refused, Err(CompleteSignInError::WrongCode)));
}

#[tokio::test]
async fn without_a_try_left_not_even_the_right_code_is_looked_at() {
    let mut ports = ports();
    ports
        .second_factors
        .expect_take_try()
        .returning(|_, _| Ok(None));
    let refused = run(ports, "sho_good", "123456").await;
    assert!(matches!(refused, Err(CompleteSignInError::TokenInvalid)));
}

#[tokio::test]
async fn forged_tokens_and_tokens_for_something_else_open_nothing() {
    let mut of_a_mail = ports();
    of_a_mail.purpose = TokenPurpose::ResetPassword;
    for (ports, token) in [(ports(), "sho_forged"), (of_a_mail, "sho_good")] {
        let refused = run(ports, token, "123456").await;
        assert!(matches!(refused, Err(CompleteSignInError::TokenInvalid)));
    }
}

#[tokio::test]
async fn who_was_suspended_meanwhile_is_not_signed_in() {
    let mut ports = expecting_a_recorded_failure(with_a_try(ports()));
    ports.status = AccountStatus::Suspended;
    let refused = run(ports, "sho_good", "123456").await;
    assert!(matches!(refused, Err(CompleteSignInError::Suspended)));
}
