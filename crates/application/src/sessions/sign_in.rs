//! Signing in with e-mail and password.

use std::sync::Arc;

use domain::account::email::Email;
use domain::account::password::{ClaimedPassword, NewPassword, PasswordCheck, PasswordRehash};
use domain::account::user::AccountStatus;
use domain::audit::{AuditAction, AuditEntry, Origin, Outcome, Party, Subject};
use domain::id::UserId;
use domain::journal::Journal;
use domain::outage::Outage;
use domain::port::accounts::{Accounts, Credentials};
use domain::port::audit_trail::AuditTrail;
use domain::port::clock::Clock;
use domain::port::ids::Ids;
use domain::port::password_hasher::PasswordHasher;
use domain::session::AuthMethod;

use crate::sessions::door::Door;
pub use crate::sessions::door::{Admission, SignedIn};

/// Opens a session for whoever knows the password of an account.
pub struct SignIn {
    /// Knows the accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Compares passwords.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Records failures.
    pub audit: Arc<dyn AuditTrail>,
    /// Opens sessions.
    pub door: Door,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// A try to sign in.
#[derive(Debug)]
pub struct SignInAttempt {
    /// The address, as typed: one that cannot exist is treated as one that does not.
    pub email: String,
    /// The password, as typed.
    pub password: ClaimedPassword,
    /// Where the request came from.
    pub origin: Origin,
}

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Unknown address, wrong password, deleted account or no password at all: deliberately one answer.
    #[error("the credentials are not valid")]
    InvalidCredentials,
    /// The password was right, but the account is suspended.
    #[error("the account is suspended")]
    Suspended,
    /// We could not find out.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl SignIn {
    /// Opens a session, or asks for the second factor of an account that has one.
    ///
    /// A try with an unknown address costs the same queries, the same hashing and the same audit row as one with a wrong
    /// password.
    ///
    /// # Errors
    /// See [`SignInError`].
    pub async fn run(&self, attempt: SignInAttempt) -> Result<Admission, SignInError> {
        let credentials = self.find(&attempt.email).await?;
        let hash = credentials
            .as_ref()
            .and_then(|found| found.password.as_ref());
        let check = self.passwords.check(&attempt.password, hash).await?;
        if check == PasswordCheck::DamagedHash {
            let user = credentials
                .as_ref()
                .map(|found| found.account.user.id.to_string());
            tracing::error!(user, "a stored password hash cannot be read");
        }
        let known = credentials.as_ref().map(|found| found.account.user.id);
        match (check, credentials) {
            (PasswordCheck::Matches | PasswordCheck::MatchesWeakHash, Some(found)) => {
                match found.account.user.status {
                    AccountStatus::Active => {
                        if check == PasswordCheck::MatchesWeakHash {
                            self.rehash(&found, &attempt).await;
                        }
                        let method = AuthMethod::Password;
                        let admitted = self.door.admit(found.account, method, &attempt.origin);
                        Ok(admitted.await?)
                    }
                    AccountStatus::Suspended => {
                        self.record_failure(known, &attempt.origin).await?;
                        Err(SignInError::Suspended)
                    }
                    AccountStatus::Deleted => self.refuse(known, &attempt.origin).await,
                }
            }
            (_, _) => self.refuse(known, &attempt.origin).await,
        }
    }

    async fn find(&self, email: &str) -> Result<Option<Credentials>, Outage> {
        match Email::parse(email) {
            Ok(email) => self.accounts.find_credentials(email.key()).await,
            Err(_) => Ok(None),
        }
    }

    async fn refuse(
        &self,
        known: Option<UserId>,
        origin: &Origin,
    ) -> Result<Admission, SignInError> {
        self.record_failure(known, origin).await?;
        Err(SignInError::InvalidCredentials)
    }

    async fn record_failure(&self, known: Option<UserId>, origin: &Origin) -> Result<(), Outage> {
        let subject = known.map_or(Subject::None, Subject::User);
        let entry = AuditEntry::success(
            self.ids.audit(),
            self.clock.now(),
            Party::Anonymous,
            AuditAction::SignIn,
            subject,
            origin,
        )
        .with_outcome(Outcome::Failure);
        self.audit.append(&Journal::new(entry)).await
    }

    /// Replaces a hash that has become too cheap. Not succeeding costs nothing but the next try.
    async fn rehash(&self, found: &Credentials, attempt: &SignInAttempt) {
        let Some(from) = found.password.clone() else {
            return;
        };
        let (user, now) = (found.account.user.id, self.clock.now());
        let rehashed = async {
            let Ok(password) = NewPassword::parse(attempt.password.expose()) else {
                return Ok(());
            };
            let entry = AuditEntry::success(
                self.ids.audit(),
                now,
                Party::System,
                AuditAction::RehashPassword,
                Subject::User(user),
                &attempt.origin,
            );
            let rehash = PasswordRehash {
                user,
                from,
                to: self.passwords.hash(&password).await?,
                journal: Journal::new(entry),
            };
            self.accounts.rehash_password(&rehash).await
        };
        if let Err(outage) = rehashed.await {
            tracing::debug!(error = %outage, "a cheap password hash stays for now");
        }
    }
}

#[cfg(test)]
mod tests;
