use super::*;
use domain::access::standing::AccessEpoch;
use domain::account::password::{PasswordCheck, PasswordHash};
use domain::account::user::UserWithRoles;
use domain::port::accounts::MockAccounts;
use domain::port::announcements::MockAnnouncements;
use domain::port::audit_trail::MockAuditTrail;
use domain::port::hot_sessions::MockHotSessions;
use domain::port::password_hasher::MockPasswordHasher;
use domain::port::password_strength::MockPasswordStrength;
use test_support::{FixedClock, SequentialIds, a_user, actor};

async fn run(
    check: PasswordCheck,
    mut accounts: MockAccounts,
    audit: MockAuditTrail,
) -> Result<(), ChangePasswordError> {
    accounts.expect_find().returning(|_| {
        Ok(Some(UserWithRoles {
            user: a_user(),
            roles: Vec::new(),
        }))
    });
    accounts
        .expect_find_password()
        .returning(|_| Ok(Some(PasswordHash::restore("old".to_owned()))));
    let mut strength = MockPasswordStrength::new();
    strength.expect_judge().return_const(Ok(()));
    let mut passwords = MockPasswordHasher::new();
    passwords.expect_check().returning(move |_, _| Ok(check));
    passwords
        .expect_hash()
        .returning(|_| Ok(PasswordHash::restore("new".to_owned())));
    let mut hot = MockHotSessions::new();
    hot.expect_forget().returning(|_| Ok(()));
    let mut announcements = MockAnnouncements::new();
    announcements.expect_announce().return_const(());
    let use_case = ChangePassword {
        accounts: Arc::new(accounts),
        strength: Arc::new(strength),
        passwords: Arc::new(passwords),
        audit: Arc::new(audit),
        hot: Arc::new(hot),
        announcements: Arc::new(announcements),
        ids: Arc::new(SequentialIds::default()),
        clock: Arc::new(FixedClock::default()),
    };
    let current = ClaimedPassword::new("the old one".to_owned());
    let new = NewPassword::parse("correct horse battery").unwrap();
    use_case.run(&actor().in_session(), &current, &new).await
}

#[tokio::test]
async fn who_knows_the_current_password_sets_a_new_one_and_keeps_this_session() {
    let mut accounts = MockAccounts::new();
    accounts
        .expect_change_password()
        .once()
        .withf(|change| {
            matches!(change.grounds, ChangeGrounds::Session(_)) && change.journal.jobs().len() == 1
        })
        .returning(|_| {
            Ok(PasswordChanged {
                ended: Vec::new(),
                epoch: AccessEpoch(7),
            })
        });
    run(PasswordCheck::Matches, accounts, MockAuditTrail::new())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_wrong_password_changes_nothing_and_is_recorded() {
    let mut audit = MockAuditTrail::new();
    audit
        .expect_append()
        .once()
        .withf(|journal| {
            journal
                .entries()
                .iter()
                .all(|entry| entry.outcome == Outcome::Failure)
        })
        .returning(|_| Ok(()));
    assert!(matches!(
        run(PasswordCheck::Differs, MockAccounts::new(), audit).await,
        Err(ChangePasswordError::WrongPassword)
    ));
}
