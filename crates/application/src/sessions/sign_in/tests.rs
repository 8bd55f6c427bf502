use super::*;
use crate::sessions::issue::TokenIssuer;
use domain::access::standing::AccessChange;
use domain::account::one_time_token::TokenPurpose;
use domain::account::password::PasswordHash;
use domain::account::user::UserWithRoles;
use domain::job::{Job, Letter};
use domain::outage::Dependency;
use domain::port::access_tokens::MockAccessTokens;
use domain::port::accounts::MockAccounts;
use domain::port::announcements::MockAnnouncements;
use domain::port::audit_trail::MockAuditTrail;
use domain::port::hot_sessions::MockHotSessions;
use domain::port::one_time_tokens::MockOneTimeTokenCodec;
use domain::port::password_hasher::MockPasswordHasher;
use domain::port::refresh_tokens::MockRefreshTokens;
use domain::port::second_factors::MockSecondFactors;
use domain::port::sessions::MockSessions;
use domain::secret::Secret;
use domain::session::rotation::Lifetimes;
use test_support::{FixedClock, SequentialIds, a_user};

struct Ports {
    accounts: MockAccounts,
    passwords: MockPasswordHasher,
    sessions: MockSessions,
    hot: MockHotSessions,
    audit: MockAuditTrail,
    announcements: MockAnnouncements,
    second_factors: MockSecondFactors,
}

fn ports(credentials: Option<Credentials>, check: PasswordCheck) -> Ports {
    let mut ports = Ports {
        accounts: MockAccounts::new(),
        passwords: MockPasswordHasher::new(),
        sessions: MockSessions::new(),
        hot: MockHotSessions::new(),
        audit: MockAuditTrail::new(),
        announcements: MockAnnouncements::new(),
        second_factors: MockSecondFactors::new(),
    };
    ports
        .accounts
        .expect_find_credentials()
        .returning(move |_| Ok(credentials.clone()));
    ports
        .passwords
        .expect_check()
        .once()
        .returning(move |_, _| Ok(check));
    ports
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "what the port answers for an address it knows"
)]
fn credentials(status: AccountStatus) -> Option<Credentials> {
    let mut user = a_user();
    user.status = status;
    Some(Credentials {
        account: UserWithRoles {
            user,
            roles: Vec::new(),
        },
        password: Some(PasswordHash::restore("hash".to_owned())),
    })
}

async fn run(mut ports: Ports, email: &str) -> Result<Admission, SignInError> {
    ports
        .second_factors
        .expect_is_enabled()
        .returning(|_| Ok(false));
    ports
        .sessions
        .expect_is_new_device()
        .returning(|_, _| Ok(false));
    let mut codec = MockOneTimeTokenCodec::new();
    codec
        .expect_write()
        .withf(|_, purpose| *purpose == TokenPurpose::Mfa)
        .returning(|_, _| Secret::new("sho_half".to_owned()));
    let mut access = MockAccessTokens::new();
    access
        .expect_sign()
        .returning(|_| Ok(Secret::new("access".to_owned())));
    let mut refresh = MockRefreshTokens::new();
    refresh
        .expect_write()
        .returning(|_| Secret::new("refresh".to_owned()));
    let door = Door {
        second_factors: Arc::new(ports.second_factors),
        codec: Arc::new(codec),
        sessions: Arc::new(ports.sessions),
        hot: Arc::new(ports.hot),
        announcements: Arc::new(ports.announcements),
        issuer: TokenIssuer {
            access: Arc::new(access),
            refresh: Arc::new(refresh),
            lifetimes: Lifetimes::default(),
        },
        ids: Arc::new(SequentialIds::default()),
        clock: Arc::new(FixedClock::default()),
    };
    let use_case = SignIn {
        accounts: Arc::new(ports.accounts),
        passwords: Arc::new(ports.passwords),
        audit: Arc::new(ports.audit),
        door,
        ids: Arc::new(SequentialIds::default()),
        clock: Arc::new(FixedClock::default()),
    };
    let attempt = SignInAttempt {
        email: email.to_owned(),
        password: ClaimedPassword::new("correct horse".to_owned()),
        origin: Origin::default(),
    };
    use_case.run(attempt).await
}

fn expects_a_recorded_failure(ports: &mut Ports) {
    ports
        .audit
        .expect_append()
        .once()
        .withf(|journal| {
            journal.entries().iter().all(|entry| {
                entry.outcome == Outcome::Failure && entry.action == AuditAction::SignIn
            })
        })
        .returning(|_| Ok(()));
}

#[tokio::test]
async fn the_right_password_opens_a_session() {
    let mut ports = ports(credentials(AccountStatus::Active), PasswordCheck::Matches);
    ports
        .sessions
        .expect_open()
        .once()
        .returning(|_| Ok(Vec::new()));
    ports.hot.expect_put().once().returning(|_, _, _| Ok(()));
    let admission = run(ports, "alice@example.org").await.unwrap();
    let Admission::SignedIn(signed_in) = admission else {
        panic!("no second factor is due");
    };
    assert_eq!(signed_in.tokens.refresh.expose(), "refresh");
}

#[tokio::test]
async fn who_signs_in_by_a_new_device_is_told_so() {
    for is_new in [true, false] {
        let mut ports = ports(credentials(AccountStatus::Active), PasswordCheck::Matches);
        ports
            .sessions
            .expect_is_new_device()
            .returning(move |_, _| Ok(is_new));
        ports
            .sessions
            .expect_open()
            .once()
            .withf(move |opening| {
                let mails = opening.journal.jobs().iter();
                let mut letters = mails.map(|mail| match &mail.job {
                    Job::SendMail(order) => order.letter,
                });
                letters.next() == is_new.then_some(Letter::NewDevice)
                    && opening.journal.tokens().len() == usize::from(is_new)
            })
            .returning(|_| Ok(Vec::new()));
        ports.hot.expect_put().returning(|_, _, _| Ok(()));
        run(ports, "alice@example.org").await.unwrap();
    }
}

#[tokio::test]
async fn with_a_second_factor_the_right_password_opens_no_session_yet() {
    let mut ports = ports(credentials(AccountStatus::Active), PasswordCheck::Matches);
    ports
        .second_factors
        .expect_is_enabled()
        .returning(|_| Ok(true));
    ports
        .second_factors
        .expect_challenge()
        .once()
        .withf(|challenge| challenge.token.purpose == TokenPurpose::Mfa)
        .returning(|_| Ok(()));
    let admission = run(ports, "alice@example.org").await.unwrap();
    let Admission::SecondFactorDue(token) = admission else {
        panic!("a second factor is due");
    };
    assert_eq!(token.expose(), "sho_half");
}

#[tokio::test]
async fn who_cannot_say_whether_there_is_a_second_factor_signs_nobody_in() {
    let mut ports = ports(credentials(AccountStatus::Active), PasswordCheck::Matches);
    ports
        .second_factors
        .expect_is_enabled()
        .returning(|_| Err(Outage::Overloaded(Dependency::Postgres)));
    assert!(matches!(
        run(ports, "alice@example.org").await,
        Err(SignInError::Outage(_))
    ));
}

#[tokio::test]
async fn a_session_opens_even_when_the_hot_copy_cannot_be_written() {
    let mut ports = ports(credentials(AccountStatus::Active), PasswordCheck::Matches);
    ports.sessions.expect_open().returning(|_| Ok(Vec::new()));
    ports
        .hot
        .expect_put()
        .returning(|_, _, _| Err(Outage::Overloaded(Dependency::Redis)));
    assert!(run(ports, "alice@example.org").await.is_ok());
}

#[tokio::test]
async fn a_hash_that_has_become_too_cheap_is_replaced_and_never_stands_in_the_way() {
    for replaced in [true, false] {
        let weak = PasswordCheck::MatchesWeakHash;
        let mut ports = ports(credentials(AccountStatus::Active), weak);
        ports
            .passwords
            .expect_hash()
            .returning(|_| Ok(PasswordHash::restore("stronger".to_owned())));
        ports
            .accounts
            .expect_rehash_password()
            .once()
            .withf(|rehash| rehash.from.expose() == "hash" && rehash.to.expose() == "stronger")
            .returning(move |_| {
                if replaced {
                    Ok(())
                } else {
                    Err(Outage::Overloaded(Dependency::Postgres))
                }
            });
        ports.sessions.expect_open().returning(|_| Ok(Vec::new()));
        ports.hot.expect_put().returning(|_, _, _| Ok(()));
        assert!(run(ports, "alice@example.org").await.is_ok());
    }
}

#[tokio::test]
async fn a_session_too_many_ends_the_oldest_on_every_node() {
    let mut ports = ports(credentials(AccountStatus::Active), PasswordCheck::Matches);
    let oldest = SequentialIds::default().session();
    ports
        .sessions
        .expect_open()
        .returning(move |_| Ok(vec![oldest]));
    ports.hot.expect_put().returning(|_, _, _| Ok(()));
    ports.hot.expect_forget().once().returning(|_| Ok(()));
    ports
        .announcements
        .expect_announce()
        .once()
        .withf(move |changes| changes == [AccessChange::SessionEnded(oldest)])
        .return_const(());
    assert!(run(ports, "alice@example.org").await.is_ok());
}

#[tokio::test]
async fn wrong_unknown_deleted_and_passwordless_are_one_recorded_answer() {
    let passwordless = credentials(AccountStatus::Active).map(|found| Credentials {
        password: None,
        ..found
    });
    let cases = [
        (credentials(AccountStatus::Active), PasswordCheck::Differs),
        (
            credentials(AccountStatus::Active),
            PasswordCheck::DamagedHash,
        ),
        (None, PasswordCheck::Differs),
        (credentials(AccountStatus::Deleted), PasswordCheck::Matches),
        (passwordless, PasswordCheck::Differs),
    ];
    for (credentials, check) in cases {
        let mut ports = ports(credentials, check);
        expects_a_recorded_failure(&mut ports);
        assert!(matches!(
            run(ports, "alice@example.org").await,
            Err(SignInError::InvalidCredentials)
        ));
    }
}

#[tokio::test]
async fn an_address_that_cannot_exist_costs_a_password_check_all_the_same() {
    let mut ports = ports(None, PasswordCheck::Differs);
    expects_a_recorded_failure(&mut ports);
    assert!(matches!(
        run(ports, "not an address").await,
        Err(SignInError::InvalidCredentials)
    ));
}

#[tokio::test]
async fn a_suspension_is_told_only_after_the_right_password() {
    let mut with_right = ports(
        credentials(AccountStatus::Suspended),
        PasswordCheck::Matches,
    );
    expects_a_recorded_failure(&mut with_right);
    assert!(matches!(
        run(with_right, "alice@example.org").await,
        Err(SignInError::Suspended)
    ));
    let mut with_wrong = ports(
        credentials(AccountStatus::Suspended),
        PasswordCheck::Differs,
    );
    expects_a_recorded_failure(&mut with_wrong);
    assert!(matches!(
        run(with_wrong, "alice@example.org").await,
        Err(SignInError::InvalidCredentials)
    ));
}

#[tokio::test]
async fn nobody_is_signed_in_when_the_session_cannot_be_recorded() {
    let mut ports = ports(credentials(AccountStatus::Active), PasswordCheck::Matches);
    ports
        .sessions
        .expect_open()
        .returning(|_| Err(Outage::Overloaded(Dependency::Postgres)));
    assert!(matches!(
        run(ports, "alice@example.org").await,
        Err(SignInError::Outage(_))
    ));
}
