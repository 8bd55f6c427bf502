//! Bringing one's own deleted account back.

use std::sync::Arc;

use domain::access::standing::AccessChange;
use domain::account::closure::{AccountRestoration, ClosureConflict};
use domain::account::email::Email;
use domain::account::user::AccountStatus;
use domain::audit::{AuditAction, AuditEntry, Origin, Outcome, Party, Subject};
use domain::id::UserId;
use domain::job::{Letter, MailOrder};
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::account_closures::AccountClosures;
use domain::port::accounts::{Accounts, Credentials};
use domain::port::announcements::Announcements;
use domain::port::audit_trail::AuditTrail;
use domain::port::clock::Clock;
use domain::port::ids::Ids;
use domain::port::password_hasher::PasswordHasher;

use crate::sessions::sign_in::SignInAttempt;

/// Brings a deleted account back for whoever knows its password. Signing in is another act, which may ask for a second
/// factor.
pub struct RestoreAccount {
    /// Knows the accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Brings them back.
    pub closures: Arc<dyn AccountClosures>,
    /// Compares passwords.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Records failures.
    pub audit: Arc<dyn AuditTrail>,
    /// Tells the nodes.
    pub announcements: Arc<dyn Announcements>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why no account came back.
#[derive(Debug, thiserror::Error)]
pub enum RestoreAccountError {
    /// Unknown address, wrong password, an account that is not deleted or was deleted too long ago: deliberately one answer.
    #[error("the credentials are not valid")]
    InvalidCredentials,
    /// We could not find out.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl RestoreAccount {
    /// Brings the account back.
    ///
    /// A try with an unknown address costs the same queries, the same hashing and the same audit row as one with a wrong
    /// password, or with the right one of an account that is not deleted.
    ///
    /// # Errors
    /// See [`RestoreAccountError`].
    pub async fn run(&self, attempt: &SignInAttempt) -> Result<(), RestoreAccountError> {
        let found = match Email::parse(&attempt.email) {
            Ok(email) => self.accounts.find_credentials(email.key()).await?,
            Err(_) => None,
        };
        let hash = found.as_ref().and_then(|found| found.password.as_ref());
        let check = self.passwords.check(&attempt.password, hash).await?;
        let known = found.as_ref().map(|found| found.account.user.id);
        match found {
            Some(Credentials { account, .. })
                if check.matches() && account.user.status == AccountStatus::Deleted =>
            {
                self.bring_back(account.user.id, &attempt.origin).await
            }
            _ => self.refuse(known, &attempt.origin).await,
        }
    }

    async fn refuse(
        &self,
        known: Option<UserId>,
        origin: &Origin,
    ) -> Result<(), RestoreAccountError> {
        let subject = known.map_or(Subject::None, Subject::User);
        let entry = AuditEntry::success(
            self.ids.audit(),
            self.clock.now(),
            Party::Anonymous,
            AuditAction::RestoreAccount,
            subject,
            origin,
        )
        .with_outcome(Outcome::Failure);
        self.audit.append(&Journal::new(entry)).await?;
        Err(RestoreAccountError::InvalidCredentials)
    }

    async fn bring_back(&self, user: UserId, origin: &Origin) -> Result<(), RestoreAccountError> {
        let now = self.clock.now();
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            Party::User(user),
            AuditAction::RestoreAccount,
            Subject::User(user),
            origin,
        );
        let notice = MailOrder::notice(user, Letter::AccountRestored);
        let restoration = AccountRestoration {
            user,
            at: now,
            journal: Journal::new(entry).enqueue(super::mail(&*self.ids, notice, now)),
        };
        let epoch = match self.closures.restore(&restoration).await {
            Ok(epoch) => epoch,
            Err(StoreError::Conflict(ClosureConflict::WrongState | ClosureConflict::LastAdmin)) => {
                return self.refuse(Some(user), origin).await;
            }
            Err(StoreError::Outage(outage)) => return Err(outage.into()),
        };
        self.announcements
            .announce(&[AccessChange::User { user, epoch }])
            .await;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
