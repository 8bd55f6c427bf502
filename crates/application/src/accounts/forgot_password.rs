//! Asking for a mail to set a new password by.

use std::sync::Arc;

use domain::account::email::Email;
use domain::account::one_time_token::{TokenIssue, TokenPurpose};
use domain::account::user::AccountStatus;
use domain::audit::{AuditAction, AuditEntry, Origin, Outcome, Party, Subject};
use domain::job::Letter;
use domain::journal::Journal;
use domain::outage::Outage;
use domain::port::accounts::Accounts;
use domain::port::audit_trail::AuditTrail;
use domain::port::clock::Clock;
use domain::port::ids::Ids;

/// Mails a token that sets a new password to whom an address belongs.
pub struct ForgotPassword {
    /// Knows the accounts and records tokens.
    pub accounts: Arc<dyn Accounts>,
    /// Records that somebody asked in vain.
    pub audit: Arc<dyn AuditTrail>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl ForgotPassword {
    /// Sends the mail if there is anybody to send it to. The caller is never told, and asking for an unknown address writes a
    /// row as well, so that the two take the same time.
    ///
    /// # Errors
    /// An outage.
    pub async fn run(&self, email: &Email, origin: &Origin) -> Result<(), Outage> {
        let found = self.accounts.find_credentials(email.key()).await?;
        let user = found.map(|found| found.account.user);
        let active = user.filter(|user| user.status == AccountStatus::Active);
        let now = self.clock.now();
        let subject = active
            .as_ref()
            .map_or(Subject::None, |user| Subject::User(user.id));
        let action = AuditAction::RequestPasswordReset;
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            Party::Anonymous,
            action,
            subject,
            origin,
        );
        let Some(user) = active else {
            let vain = Journal::new(entry.with_outcome(Outcome::Failure));
            return self.audit.append(&vain).await;
        };
        let purpose = TokenPurpose::ResetPassword;
        let (token, mail) =
            super::mailed_token(&*self.ids, user.id, purpose, Letter::ResetPassword, now);
        let issue = TokenIssue {
            token,
            journal: Journal::new(entry).enqueue(mail),
        };
        if !self.accounts.issue_token(&issue).await? {
            tracing::info!(user = %user.id, "no mail to reset a password: the account got enough of them");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::account::user::{User, UserWithRoles};
    use domain::port::accounts::{Credentials, MockAccounts};
    use domain::port::audit_trail::MockAuditTrail;
    use test_support::{FixedClock, SequentialIds, a_user};

    fn accounts(user: Option<User>) -> MockAccounts {
        let mut accounts = MockAccounts::new();
        accounts.expect_find_credentials().returning(move |_| {
            Ok(user.clone().map(|user| Credentials {
                account: UserWithRoles {
                    user,
                    roles: Vec::new(),
                },
                password: None,
            }))
        });
        accounts
    }

    async fn run(accounts: MockAccounts, audit: MockAuditTrail) {
        let use_case = ForgotPassword {
            accounts: Arc::new(accounts),
            audit: Arc::new(audit),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(FixedClock::default()),
        };
        let email = Email::parse("alice@example.org").unwrap();
        use_case.run(&email, &Origin::default()).await.unwrap();
    }

    #[tokio::test]
    async fn whoever_has_the_address_gets_a_token_by_mail() {
        let mut accounts = accounts(Some(a_user()));
        accounts
            .expect_issue_token()
            .once()
            .withf(|issue| {
                issue.token.purpose == TokenPurpose::ResetPassword
                    && issue.journal.jobs().len() == 1
            })
            .returning(|_| Ok(true));
        run(accounts, MockAuditTrail::new()).await;
    }

    #[tokio::test]
    async fn an_address_of_nobody_or_of_the_dead_writes_a_row_and_no_mail() {
        let mut suspended = a_user();
        suspended.status = AccountStatus::Suspended;
        let mut deleted = a_user();
        deleted.status = AccountStatus::Deleted;
        for nobody in [None, Some(suspended), Some(deleted)] {
            let mut audit = MockAuditTrail::new();
            audit
                .expect_append()
                .once()
                .withf(|journal| journal.jobs().is_empty())
                .returning(|_| Ok(()));
            run(accounts(nobody), audit).await;
        }
    }
}
