//! Asking for another verification mail.

use std::sync::Arc;

use domain::account::email::Email;
use domain::account::one_time_token::{TokenIssue, TokenPurpose};
use domain::account::user::AccountStatus;
use domain::audit::{AuditAction, AuditEntry, Origin, Party, Subject};
use domain::job::Letter;
use domain::journal::Journal;
use domain::outage::Outage;
use domain::port::accounts::Accounts;
use domain::port::clock::Clock;
use domain::port::ids::Ids;

/// Mails a new token to an address that still has to be confirmed.
pub struct ResendVerification {
    /// Knows the accounts and records tokens.
    pub accounts: Arc<dyn Accounts>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl ResendVerification {
    /// Sends the mail if there is anybody to send it to; the caller is never told.
    ///
    /// # Errors
    /// An outage.
    pub async fn run(&self, email: &Email, origin: &Origin) -> Result<(), Outage> {
        let Some(found) = self.accounts.find_credentials(email.key()).await? else {
            return Ok(());
        };
        let user = found.account.user;
        if user.status != AccountStatus::Active || user.email_verified_at.is_some() {
            return Ok(());
        }
        let now = self.clock.now();
        let (token, mail) = super::mailed_token(
            &*self.ids,
            user.id,
            TokenPurpose::VerifyEmail,
            Letter::VerifyEmail,
            now,
        );
        let subject = Subject::User(user.id);
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            Party::Anonymous,
            AuditAction::ResendVerification,
            subject,
            origin,
        );
        let issue = TokenIssue {
            token,
            journal: Journal::new(entry).enqueue(mail),
        };
        if !self.accounts.issue_token(&issue).await? {
            tracing::info!(user = %user.id, "no verification mail: the account got enough of them");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::account::user::UserWithRoles;
    use domain::port::accounts::{Credentials, MockAccounts};
    use test_support::{FixedClock, SequentialIds, a_user};

    async fn run(accounts: MockAccounts) -> Result<(), Outage> {
        let use_case = ResendVerification {
            accounts: Arc::new(accounts),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(FixedClock::default()),
        };
        use_case
            .run(
                &Email::parse("alice@example.org").unwrap(),
                &Origin::default(),
            )
            .await
    }

    fn accounts(change: impl Fn(&mut domain::account::user::User)) -> MockAccounts {
        let mut user = a_user();
        change(&mut user);
        let mut accounts = MockAccounts::new();
        accounts.expect_find_credentials().returning(move |_| {
            Ok(Some(Credentials {
                account: UserWithRoles {
                    user: user.clone(),
                    roles: Vec::new(),
                },
                password: None,
            }))
        });
        accounts
    }

    #[tokio::test]
    async fn an_unconfirmed_account_gets_a_new_token_by_mail() {
        let mut accounts = accounts(|_| ());
        accounts
            .expect_issue_token()
            .once()
            .withf(|issue| issue.journal.jobs().len() == 1)
            .returning(|_| Ok(true));
        run(accounts).await.unwrap();
    }

    #[tokio::test]
    async fn nobody_else_gets_anything_and_the_caller_is_not_told() {
        run(accounts(|user| {
            user.email_verified_at = Some(user.created_at);
        }))
        .await
        .unwrap();
        run(accounts(|user| user.status = AccountStatus::Suspended))
            .await
            .unwrap();
        let mut unknown = MockAccounts::new();
        unknown.expect_find_credentials().returning(|_| Ok(None));
        run(unknown).await.unwrap();
    }
}
