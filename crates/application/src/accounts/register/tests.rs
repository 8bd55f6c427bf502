use super::*;
use domain::account::password::PasswordHash;
use domain::job::{Job, Letter, MailOrder};
use domain::outage::Dependency;
use domain::port::access_tokens::MockAccessTokens;
use domain::port::accounts::{Credentials, MockAccounts};
use domain::port::hot_sessions::MockHotSessions;
use domain::port::password_hasher::MockPasswordHasher;
use domain::port::password_strength::MockPasswordStrength;
use domain::port::refresh_tokens::MockRefreshTokens;
use domain::secret::Secret;
use domain::session::rotation::Lifetimes;
use test_support::{FixedClock, SequentialIds, a_user};

async fn run(accounts: MockAccounts) -> Result<Registered, RegisterError> {
    judged(RegistrationMode::Open, accounts, Ok(())).await
}

async fn judged(
    mode: RegistrationMode,
    accounts: MockAccounts,
    judgement: Result<(), WeakPassword>,
) -> Result<Registered, RegisterError> {
    let mut strength = MockPasswordStrength::new();
    strength
        .expect_judge()
        .withf(|_, about| about.contains(&"alice@example.org".to_owned()))
        .return_const(judgement);
    let mut passwords = MockPasswordHasher::new();
    passwords
        .expect_hash()
        .returning(|_| Ok(PasswordHash::restore("hash".to_owned())));
    let mut hot = MockHotSessions::new();
    hot.expect_put().returning(|_, _, _| Ok(()));
    let mut access = MockAccessTokens::new();
    access
        .expect_sign()
        .returning(|_| Ok(Secret::new("access".to_owned())));
    let mut refresh = MockRefreshTokens::new();
    refresh
        .expect_write()
        .returning(|_| Secret::new("refresh".to_owned()));
    let use_case = Register {
        mode,
        accounts: Arc::new(accounts),
        strength: Arc::new(strength),
        passwords: Arc::new(passwords),
        hot: Arc::new(hot),
        issuer: TokenIssuer {
            access: Arc::new(access),
            refresh: Arc::new(refresh),
            lifetimes: Lifetimes::default(),
        },
        ids: Arc::new(SequentialIds::default()),
        clock: Arc::new(FixedClock::default()),
    };
    let command = RegisterUser {
        email: Email::parse("alice@example.org").unwrap(),
        username: Username::parse("alice").unwrap(),
        password: NewPassword::parse("correct horse").unwrap(),
        display_name: None,
        locale: Locale::English,
        origin: Origin::default(),
    };
    use_case.run(command).await
}

#[tokio::test]
async fn one_write_holds_the_account_its_role_session_token_mail_and_audit_row() {
    let mut accounts = MockAccounts::new();
    accounts
        .expect_register()
        .once()
        .withf(|registration| {
            let token = registration.verification.unwrap();
            let letter = MailOrder::with_token(&token, Letter::VerifyEmail);
            let mut jobs = registration.journal.jobs().iter();
            let mailed = jobs.any(|job| job.job == Job::SendMail(letter.clone()));
            let session = registration.session.as_ref().unwrap();
            mailed
                && registration.roles == [RoleName::user()]
                && session.user == registration.user.id
                && token.user == session.user
        })
        .returning(|_| Ok(()));
    let Registered::SignedIn(registered) = run(accounts).await.unwrap() else {
        panic!("nobody is signed in");
    };
    assert_eq!(registered.account.user.email_verified_at, None);
    assert_eq!(registered.tokens.access.expose(), "access");
}

#[tokio::test]
async fn a_password_that_is_easy_to_guess_makes_no_account() {
    let advice = "add another word".to_owned();
    let weak = judged(
        RegistrationMode::Open,
        MockAccounts::new(),
        Err(WeakPassword { advice }),
    )
    .await;
    assert!(matches!(weak, Err(RegisterError::WeakPassword(_))));
}

#[tokio::test]
async fn a_taken_address_and_a_taken_name_are_told_apart() {
    for (conflict, expected) in [
        (RegisterConflict::EmailTaken, "the address is taken"),
        (RegisterConflict::UsernameTaken, "the name is taken"),
    ] {
        let mut accounts = MockAccounts::new();
        accounts
            .expect_register()
            .returning(move |_| Err(StoreError::Conflict(conflict)));
        assert_eq!(run(accounts).await.unwrap_err().to_string(), expected);
    }
}

#[tokio::test]
async fn an_outage_is_told_as_one() {
    let mut accounts = MockAccounts::new();
    accounts
        .expect_register()
        .returning(|_| Err(StoreError::Outage(Outage::Overloaded(Dependency::Postgres))));
    assert!(matches!(run(accounts).await, Err(RegisterError::Outage(_))));
}

#[tokio::test]
async fn nobody_joins_where_registration_is_closed() {
    let outcome = judged(RegistrationMode::Closed, MockAccounts::new(), Ok(())).await;
    assert!(matches!(outcome, Err(RegisterError::Closed)));
}

#[tokio::test]
async fn who_confirms_first_gets_an_account_and_a_mail_and_no_session() {
    let mut accounts = MockAccounts::new();
    accounts
        .expect_register()
        .once()
        .withf(|new| new.session.is_none() && new.journal.jobs().len() == 1)
        .returning(|_| Ok(()));
    let outcome = judged(RegistrationMode::ConfirmFirst, accounts, Ok(())).await;
    assert!(matches!(outcome, Ok(Registered::ByMail)));
}

/// Accounts where the address is taken, and what turning somebody away answers.
fn taken(answer: fn() -> Result<bool, StoreError<RegisterConflict>>) -> MockAccounts {
    let mut accounts = MockAccounts::new();
    accounts
        .expect_register()
        .returning(|_| Err(StoreError::Conflict(RegisterConflict::EmailTaken)));
    let owner = a_user();
    let id = owner.id;
    accounts.expect_find_credentials().returning(move |_| {
        let account = UserWithRoles {
            user: owner.clone(),
            roles: Vec::new(),
        };
        Ok(Some(Credentials {
            account,
            password: None,
        }))
    });
    accounts
        .expect_turn_away()
        .once()
        .withf(move |turned| {
            let letter = MailOrder::notice(id, Letter::AlreadyRegistered);
            turned.owner == id && turned.notice.job == Job::SendMail(letter)
        })
        .returning(move |_| answer());
    accounts
}

#[tokio::test]
async fn where_people_confirm_first_only_the_owner_comes_to_know_that_an_address_is_taken() {
    for answer in [|| Ok(true), || Ok(false)] {
        let outcome = judged(RegistrationMode::ConfirmFirst, taken(answer), Ok(())).await;
        assert!(matches!(outcome, Ok(Registered::ByMail)));
    }
}

#[tokio::test]
async fn a_taken_name_is_told_whether_or_not_the_address_is_taken() {
    let accounts = taken(|| Err(StoreError::Conflict(RegisterConflict::UsernameTaken)));
    let outcome = judged(RegistrationMode::ConfirmFirst, accounts, Ok(())).await;
    assert!(matches!(outcome, Err(RegisterError::UsernameTaken)));
}
