//! Changing a password that is known.

use std::sync::Arc;

use domain::access::actor::SessionActor;
use domain::access::standing::AccessChange;
use domain::account::one_time_token::TokenConflict;
use domain::account::password::{
    ChangeGrounds, ClaimedPassword, NewPassword, PasswordChange, PasswordChanged,
};
use domain::audit::{AuditAction, AuditEntry, Outcome, Subject};
use domain::job::Letter;
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::accounts::Accounts;
use domain::port::announcements::Announcements;
use domain::port::audit_trail::AuditTrail;
use domain::port::clock::Clock;
use domain::port::hot_sessions::HotSessions;
use domain::port::ids::Ids;
use domain::port::password_hasher::PasswordHasher;
use domain::port::password_strength::{PasswordStrength, WeakPassword};

/// Changes the password of somebody who knows the current one, ends their other sessions, and tells them by mail.
pub struct ChangePassword {
    /// Knows the accounts and changes passwords.
    pub accounts: Arc<dyn Accounts>,
    /// Judges the new password.
    pub strength: Arc<dyn PasswordStrength>,
    /// Compares and hashes.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Records failures.
    pub audit: Arc<dyn AuditTrail>,
    /// The hot copies of sessions.
    pub hot: Arc<dyn HotSessions>,
    /// Tells the nodes.
    pub announcements: Arc<dyn Announcements>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why the password is what it was.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The current password is another one, or there is none.
    #[error("the current password is another one")]
    WrongPassword,
    /// The new password is too easy to guess.
    #[error(transparent)]
    WeakPassword(#[from] WeakPassword),
    /// The account was ended meanwhile.
    #[error("the account is gone")]
    AccountGone,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl ChangePassword {
    /// Changes the password. The session of the actor goes on.
    ///
    /// # Errors
    /// See [`ChangePasswordError`].
    pub async fn run(
        &self,
        by: &SessionActor,
        current: &ClaimedPassword,
        new: &NewPassword,
    ) -> Result<(), ChangePasswordError> {
        let account = self.accounts.find(by.user()).await?;
        let account = account.ok_or(ChangePasswordError::AccountGone)?;
        self.strength
            .judge(new, &super::words_about_user(&account.user))?;
        let stored = self.accounts.find_password(by.user()).await?;
        let check = self.passwords.check(current, stored.as_ref()).await?;
        if !check.matches() {
            self.record_failure(by).await?;
            return Err(ChangePasswordError::WrongPassword);
        }
        let hash = self.passwords.hash(new).await?;
        let now = self.clock.now();
        let (user, action) = (by.user(), AuditAction::ChangePassword);
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            by.party(),
            action,
            Subject::User(user),
            by.origin(),
        );
        let change = PasswordChange {
            user,
            hash,
            grounds: ChangeGrounds::Session(by.session()),
            at: now,
            journal: super::with_notice(&*self.ids, entry, user, Letter::PasswordChanged, now),
        };
        let changed = self.accounts.change_password(&change).await;
        let PasswordChanged { ended, epoch } = changed.map_err(|error| match error {
            StoreError::Conflict(TokenConflict::Invalid) => ChangePasswordError::AccountGone,
            StoreError::Outage(outage) => ChangePasswordError::Outage(outage),
        })?;
        crate::sessions::forget(&*self.hot, &*self.announcements, &ended).await;
        self.announcements
            .announce(&[AccessChange::User { user, epoch }])
            .await;
        Ok(())
    }

    async fn record_failure(&self, by: &SessionActor) -> Result<(), Outage> {
        let entry = AuditEntry::success(
            self.ids.audit(),
            self.clock.now(),
            by.party(),
            AuditAction::ChangePassword,
            Subject::User(by.user()),
            by.origin(),
        );
        let failure = entry.with_outcome(Outcome::Failure);
        self.audit.append(&Journal::new(failure)).await
    }
}

#[cfg(test)]
mod tests;
