//! Asking for another address.

use std::sync::Arc;

use domain::access::proof::Fresh;
use domain::account::email::Email;
use domain::account::email_change::{AddressedToken, EmailChangeRequest};
use domain::account::one_time_token::{OneTimeToken, TokenPurpose};
use domain::account::password::ClaimedPassword;
use domain::audit::{AuditAction, AuditEntry, Outcome, Subject};
use domain::id::UserId;
use domain::job::{Letter, MailOrder};
use domain::journal::Journal;
use domain::outage::Outage;
use domain::port::accounts::Accounts;
use domain::port::audit_trail::AuditTrail;
use domain::port::clock::Clock;
use domain::port::email_changes::EmailChanges;
use domain::port::ids::Ids;
use domain::port::password_hasher::PasswordHasher;

/// Mails a token that confirms a new address to that address, and a notice with a way back to the one of now.
pub struct ChangeEmail {
    /// Knows the accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Records what was asked for.
    pub email_changes: Arc<dyn EmailChanges>,
    /// Compares the password.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Records failures.
    pub audit: Arc<dyn AuditTrail>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why nothing was mailed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeEmailError {
    /// The password is another one, or there is none.
    #[error("the password is another one")]
    WrongPassword,
    /// The account was ended meanwhile.
    #[error("the account is gone")]
    AccountGone,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl ChangeEmail {
    /// Sends the mails. Whether another account has the address is not looked at, so nobody learns it here: that account's owner
    /// gets a mail whose token changes nothing.
    ///
    /// # Errors
    /// See [`ChangeEmailError`].
    pub async fn run(
        &self,
        by: &Fresh,
        to: &Email,
        password: &ClaimedPassword,
    ) -> Result<(), ChangeEmailError> {
        let user = by.actor().user();
        let stored = self.accounts.find_password(user).await?;
        let check = self.passwords.check(password, stored.as_ref()).await?;
        if !check.matches() {
            let failure = self.entry(by).with_outcome(Outcome::Failure);
            self.audit.append(&Journal::new(failure)).await?;
            return Err(ChangeEmailError::WrongPassword);
        }
        let account = self.accounts.find(user).await?;
        let account = account.ok_or(ChangeEmailError::AccountGone)?;
        let request = self.request(by, to, account.user.email.as_ref());
        if !self.email_changes.begin(&request).await? {
            tracing::info!(%user, "no mail to change an address: the account or the address got enough of them");
        }
        Ok(())
    }

    fn request(&self, by: &Fresh, to: &Email, from: Option<&Email>) -> EmailChangeRequest {
        let (user, now) = (by.actor().user(), self.clock.now());
        let confirm = self.token(user, TokenPurpose::ChangeEmail);
        let order = MailOrder::with_token(&confirm, Letter::ConfirmEmailChange);
        let mut journal = Journal::new(self.entry(by)).enqueue(super::mail(&*self.ids, order, now));
        let undo = from.map(|address| AddressedToken {
            token: self.token(user, TokenPurpose::UndoEmailChange),
            address: address.clone(),
        });
        if let Some(undo) = &undo {
            let order = MailOrder::with_token(&undo.token, Letter::EmailChangeRequested);
            journal = journal.enqueue(super::mail(&*self.ids, order, now));
        }
        EmailChangeRequest {
            to: to.clone(),
            confirm,
            undo,
            journal,
        }
    }

    fn token(&self, user: UserId, purpose: TokenPurpose) -> OneTimeToken {
        OneTimeToken::new(self.ids.token(), user, purpose, self.clock.now())
    }

    fn entry(&self, by: &Fresh) -> AuditEntry {
        let by = by.actor();
        AuditEntry::success(
            self.ids.audit(),
            self.clock.now(),
            by.party(),
            AuditAction::RequestEmailChange,
            Subject::User(by.user()),
            by.origin(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::account::password::{PasswordCheck, PasswordHash};
    use domain::account::user::UserWithRoles;
    use domain::port::accounts::MockAccounts;
    use domain::port::audit_trail::MockAuditTrail;
    use domain::port::email_changes::MockEmailChanges;
    use domain::port::password_hasher::MockPasswordHasher;
    use test_support::{FixedClock, SequentialIds, a_user, actor};

    async fn run(
        check: PasswordCheck,
        email_changes: MockEmailChanges,
        audit: MockAuditTrail,
    ) -> Result<(), ChangeEmailError> {
        let mut accounts = MockAccounts::new();
        accounts
            .expect_find_password()
            .returning(|_| Ok(Some(PasswordHash::restore("hash".to_owned()))));
        accounts.expect_find().returning(|_| {
            Ok(Some(UserWithRoles {
                user: a_user(),
                roles: Vec::new(),
            }))
        });
        let mut passwords = MockPasswordHasher::new();
        passwords.expect_check().returning(move |_, _| Ok(check));
        let use_case = ChangeEmail {
            accounts: Arc::new(accounts),
            email_changes: Arc::new(email_changes),
            passwords: Arc::new(passwords),
            audit: Arc::new(audit),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(FixedClock::default()),
        };
        let by = actor()
            .in_session()
            .fresh(FixedClock::default().now())
            .unwrap();
        let to = Email::parse("new@example.org").unwrap();
        let password = ClaimedPassword::new("correct horse".to_owned());
        use_case.run(&by, &to, &password).await
    }

    #[tokio::test]
    async fn both_addresses_get_a_mail_and_nobody_looks_whether_the_new_one_is_taken() {
        let mut changes = MockEmailChanges::new();
        changes
            .expect_begin()
            .once()
            .withf(|request| {
                let undo = request.undo.as_ref().unwrap();
                request.to.as_str() == "new@example.org"
                    && request.confirm.purpose == TokenPurpose::ChangeEmail
                    && undo.token.purpose == TokenPurpose::UndoEmailChange
                    && undo.address != request.to
                    && request.journal.jobs().len() == 2
            })
            .returning(|_| Ok(true));
        let audit = MockAuditTrail::new();
        run(PasswordCheck::Matches, changes, audit).await.unwrap();
    }

    #[tokio::test]
    async fn mails_beyond_what_is_allowed_are_answered_like_the_others() {
        let mut changes = MockEmailChanges::new();
        changes.expect_begin().returning(|_| Ok(false));
        let audit = MockAuditTrail::new();
        run(PasswordCheck::Matches, changes, audit).await.unwrap();
    }

    #[tokio::test]
    async fn a_wrong_password_is_recorded_and_mails_nothing() {
        let mut audit = MockAuditTrail::new();
        audit
            .expect_append()
            .once()
            .withf(|journal| {
                let mut entries = journal.entries().iter();
                entries.all(|entry| entry.outcome == Outcome::Failure)
            })
            .returning(|_| Ok(()));
        assert!(matches!(
            run(PasswordCheck::Differs, MockEmailChanges::new(), audit).await,
            Err(ChangeEmailError::WrongPassword)
        ));
    }
}
