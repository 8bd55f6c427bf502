//! Setting a new password by a token out of a mail.

use std::sync::Arc;

use domain::access::standing::AccessChange;
use domain::account::one_time_token::{TokenConflict, TokenPurpose};
use domain::account::password::{ChangeGrounds, NewPassword, PasswordChange};
use domain::audit::{AuditAction, AuditEntry, Origin, Party, Subject};
use domain::id::{TokenId, UserId};
use domain::job::Letter;
use domain::outage::{Outage, StoreError};
use domain::port::accounts::Accounts;
use domain::port::announcements::Announcements;
use domain::port::clock::Clock;
use domain::port::hot_sessions::HotSessions;
use domain::port::ids::Ids;
use domain::port::one_time_tokens::{OneTimeTokenCodec, OneTimeTokens};
use domain::port::password_hasher::PasswordHasher;
use domain::port::password_strength::{PasswordStrength, WeakPassword};

/// Sets a new password, ends every session, and tells the person by mail. Nobody is signed in by it.
pub struct ResetPassword {
    /// Reads tokens.
    pub codec: Arc<dyn OneTimeTokenCodec>,
    /// Knows which tokens are open.
    pub tokens: Arc<dyn OneTimeTokens>,
    /// Knows the accounts and changes passwords.
    pub accounts: Arc<dyn Accounts>,
    /// Judges the password.
    pub strength: Arc<dyn PasswordStrength>,
    /// Hashes it.
    pub passwords: Arc<dyn PasswordHasher>,
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
pub enum ResetPasswordError {
    /// The token is none of ours, used, superseded or expired: deliberately one answer.
    #[error("the token is not valid")]
    TokenInvalid,
    /// The password is too easy to guess; the token still works.
    #[error(transparent)]
    WeakPassword(#[from] WeakPassword),
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl ResetPassword {
    /// Sets the password.
    ///
    /// # Errors
    /// See [`ResetPasswordError`].
    pub async fn run(
        &self,
        token: &str,
        password: &NewPassword,
        origin: &Origin,
    ) -> Result<(), ResetPasswordError> {
        let (id, user) = self.open(token).await?;
        self.judge(user, password).await?;
        let hash = self.passwords.hash(password).await?;
        let now = self.clock.now();
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            Party::User(user),
            AuditAction::ResetPassword,
            Subject::User(user),
            origin,
        );
        let change = PasswordChange {
            user,
            hash,
            grounds: ChangeGrounds::Token(id),
            at: now,
            journal: super::with_notice(&*self.ids, entry, user, Letter::PasswordChanged, now),
        };
        let changed = self.accounts.change_password(&change).await;
        let changed = changed.map_err(|error| match error {
            StoreError::Conflict(TokenConflict::Invalid) => ResetPasswordError::TokenInvalid,
            StoreError::Outage(outage) => ResetPasswordError::Outage(outage),
        })?;
        let epoch = changed.epoch;
        crate::sessions::forget(&*self.hot, &*self.announcements, &changed.ended).await;
        self.announcements
            .announce(&[AccessChange::User { user, epoch }])
            .await;
        Ok(())
    }

    async fn open(&self, token: &str) -> Result<(TokenId, UserId), ResetPasswordError> {
        let Ok(id) = self.codec.read(token, TokenPurpose::ResetPassword) else {
            return Err(ResetPasswordError::TokenInvalid);
        };
        let (record, now) = (self.tokens.find(id).await?, self.clock.now());
        record
            .filter(|record| record.serves(TokenPurpose::ResetPassword, now))
            .map(|record| (id, record.user))
            .ok_or(ResetPasswordError::TokenInvalid)
    }

    async fn judge(&self, user: UserId, password: &NewPassword) -> Result<(), ResetPasswordError> {
        let account = self.accounts.find(user).await?;
        let account = account.ok_or(ResetPasswordError::TokenInvalid)?;
        Ok(self
            .strength
            .judge(password, &super::words_about_user(&account.user))?)
    }
}

#[cfg(test)]
mod tests;
