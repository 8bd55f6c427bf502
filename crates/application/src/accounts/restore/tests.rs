use super::*;
use domain::access::standing::AccessEpoch;
use domain::account::password::{ClaimedPassword, PasswordCheck, PasswordHash};
use domain::account::user::UserWithRoles;
use domain::port::account_closures::MockAccountClosures;
use domain::port::accounts::MockAccounts;
use domain::port::announcements::MockAnnouncements;
use domain::port::audit_trail::MockAuditTrail;
use domain::port::password_hasher::MockPasswordHasher;
use test_support::{FixedClock, SequentialIds, a_user};

fn the_account(status: Option<AccountStatus>) -> MockAccounts {
    let mut accounts = MockAccounts::new();
    accounts
        .expect_find_credentials()
        .times(0..=1)
        .returning(move |_| {
            Ok(status.map(|status| {
                let mut user = a_user();
                user.status = status;
                Credentials {
                    account: UserWithRoles {
                        user,
                        roles: Vec::new(),
                    },
                    password: Some(PasswordHash::restore("hash".to_owned())),
                }
            }))
        });
    accounts
}

async fn run(
    status: Option<AccountStatus>,
    check: PasswordCheck,
    closures: MockAccountClosures,
    audit: MockAuditTrail,
) -> Result<(), RestoreAccountError> {
    let mut passwords = MockPasswordHasher::new();
    passwords
        .expect_check()
        .once()
        .returning(move |_, _| Ok(check));
    let mut announcements = MockAnnouncements::new();
    announcements.expect_announce().return_const(());
    let use_case = RestoreAccount {
        accounts: Arc::new(the_account(status)),
        closures: Arc::new(closures),
        passwords: Arc::new(passwords),
        audit: Arc::new(audit),
        announcements: Arc::new(announcements),
        ids: Arc::new(SequentialIds::default()),
        clock: Arc::new(FixedClock::default()),
    };
    let attempt = SignInAttempt {
        email: "alice@example.org".to_owned(),
        password: ClaimedPassword::new("correct horse".to_owned()),
        origin: Origin::default(),
    };
    use_case.run(&attempt).await
}

/// Demands one failure in the audit log.
fn one_failure() -> MockAuditTrail {
    let mut audit = MockAuditTrail::new();
    audit
        .expect_append()
        .once()
        .withf(|journal| {
            let entry = &journal.entries()[0];
            entry.action == AuditAction::RestoreAccount && entry.outcome == Outcome::Failure
        })
        .returning(|_| Ok(()));
    audit
}

#[tokio::test]
async fn the_right_password_of_a_deleted_account_brings_it_back() {
    let mut closures = MockAccountClosures::new();
    closures
        .expect_restore()
        .once()
        .withf(|restoration| restoration.journal.jobs().len() == 1)
        .returning(|_| Ok(AccessEpoch(3)));
    let deleted = Some(AccountStatus::Deleted);
    let back = run(
        deleted,
        PasswordCheck::Matches,
        closures,
        MockAuditTrail::new(),
    )
    .await;
    back.unwrap();
}

#[tokio::test]
async fn wrong_unknown_and_not_deleted_are_one_answer_of_one_price() {
    for (status, check) in [
        (Some(AccountStatus::Deleted), PasswordCheck::Differs),
        (Some(AccountStatus::Deleted), PasswordCheck::DamagedHash),
        (Some(AccountStatus::Active), PasswordCheck::Matches),
        (Some(AccountStatus::Suspended), PasswordCheck::Matches),
        (None, PasswordCheck::Differs),
    ] {
        let outcome = run(status, check, MockAccountClosures::new(), one_failure()).await;
        assert!(
            matches!(outcome, Err(RestoreAccountError::InvalidCredentials)),
            "{status:?}"
        );
    }
}

#[tokio::test]
async fn who_comes_too_late_is_told_nothing_else() {
    let mut closures = MockAccountClosures::new();
    closures
        .expect_restore()
        .returning(|_| Err(StoreError::Conflict(ClosureConflict::WrongState)));
    let deleted = Some(AccountStatus::Deleted);
    let outcome = run(deleted, PasswordCheck::Matches, closures, one_failure()).await;
    assert!(matches!(
        outcome,
        Err(RestoreAccountError::InvalidCredentials)
    ));
}
