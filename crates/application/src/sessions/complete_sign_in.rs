//! Signing in, the second half: a code of the second factor.

use std::sync::Arc;

use domain::account::one_time_token::TokenPurpose;
use domain::account::second_factor::{ClaimedCode, FactorConflict, FactorSignIn, FactorUse};
use domain::account::user::{AccountStatus, UserWithRoles};
use domain::audit::{AuditAction, AuditEntry, Origin, Outcome, Party, Subject};
use domain::id::{TokenId, UserId};
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::accounts::Accounts;
use domain::port::announcements::Announcements;
use domain::port::audit_trail::AuditTrail;
use domain::port::clock::Clock;
use domain::port::hot_sessions::HotSessions;
use domain::port::ids::Ids;
use domain::port::one_time_tokens::{OneTimeTokenCodec, OneTimeTokens};
use domain::port::sessions::Sessions;
use domain::session::AuthMethod;

use crate::second_factor::FactorCheck;
use crate::sessions::issue::TokenIssuer;
use crate::sessions::sign_in::SignedIn;

/// Opens a session for whoever did the first half and shows the second factor.
pub struct CompleteSignIn {
    /// Reads tokens.
    pub codec: Arc<dyn OneTimeTokenCodec>,
    /// Knows which tokens are open.
    pub tokens: Arc<dyn OneTimeTokens>,
    /// Knows the accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Knows by which devices people have signed in.
    pub sessions: Arc<dyn Sessions>,
    /// Counts tries, checks codes and records sign-ins.
    pub factors: FactorCheck,
    /// Keeps sessions hot.
    pub hot: Arc<dyn HotSessions>,
    /// Records failures.
    pub audit: Arc<dyn AuditTrail>,
    /// Tells the nodes about ended sessions.
    pub announcements: Arc<dyn Announcements>,
    /// Makes tokens.
    pub issuer: TokenIssuer,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// A sign-in whose first half was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HalfSignIn {
    token: TokenId,
    user: UserId,
}

impl HalfSignIn {
    /// Who signs in.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }
}

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum CompleteSignInError {
    /// The token is none of ours, used, expired or tried too often: deliberately one answer.
    #[error("the token is not valid")]
    TokenInvalid,
    /// The code is wrong or was used before.
    #[error("the code is not valid")]
    WrongCode,
    /// The account was suspended meanwhile.
    #[error("the account is suspended")]
    Suspended,
    /// We could not find out.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl CompleteSignIn {
    /// Whose sign-in a token goes on with; for counting tries before anything else is done.
    ///
    /// # Errors
    /// [`CompleteSignInError::TokenInvalid`].
    pub async fn read(&self, token: &str) -> Result<HalfSignIn, CompleteSignInError> {
        let Ok(token) = self.codec.read(token, TokenPurpose::Mfa) else {
            return Err(CompleteSignInError::TokenInvalid);
        };
        let (record, now) = (self.tokens.find(token).await?, self.clock.now());
        let record = record.filter(|record| record.serves(TokenPurpose::Mfa, now));
        let record = record.ok_or(CompleteSignInError::TokenInvalid)?;
        let user = record.user;
        Ok(HalfSignIn { token, user })
    }

    /// Opens the session. The try is taken before the code is looked at, so that guessing at once gains nothing.
    ///
    /// # Errors
    /// See [`CompleteSignInError`].
    pub async fn run(
        &self,
        half: HalfSignIn,
        code: &ClaimedCode,
        origin: &Origin,
    ) -> Result<SignedIn, CompleteSignInError> {
        let now = self.clock.now();
        let tried = self.factors.second_factors.take_try(half.token, now);
        let half_done = tried.await?.ok_or(CompleteSignInError::TokenInvalid)?;
        let user = half_done.user;
        let account = self.accounts.find(user).await?;
        let account = account.ok_or(CompleteSignInError::TokenInvalid)?;
        if account.user.status != AccountStatus::Active {
            self.record_failure(user, origin).await?;
            return Err(CompleteSignInError::Suspended);
        }
        let Some(factor) = self.factors.read(user, code, now).await? else {
            self.record_failure(user, origin).await?;
            return Err(CompleteSignInError::WrongCode);
        };
        let methods = vec![half_done.first, AuthMethod::Otp];
        self.open(half.token, account, (factor, methods), origin)
            .await
    }

    async fn open(
        &self,
        token: TokenId,
        account: UserWithRoles,
        (factor, methods): (FactorUse, Vec<AuthMethod>),
        origin: &Origin,
    ) -> Result<SignedIn, CompleteSignInError> {
        let user = account.user.id;
        let now = self.clock.now();
        let is_new = self.sessions.is_new_device(user, origin.device.clone());
        let come = (origin, is_new.await?);
        let (opening, tokens) = super::opening(&self.issuer, &*self.ids, user, methods, now, come)?;
        let sign_in = FactorSignIn {
            token,
            factor,
            opening,
        };
        let ended = match self.factors.second_factors.sign_in(&sign_in).await {
            Ok(ended) => ended,
            Err(StoreError::Conflict(FactorConflict::TokenInvalid)) => {
                return Err(CompleteSignInError::TokenInvalid);
            }
            Err(StoreError::Conflict(FactorConflict::CodeSpent)) => {
                self.record_failure(user, origin).await?;
                return Err(CompleteSignInError::WrongCode);
            }
            Err(StoreError::Outage(outage)) => return Err(outage.into()),
        };
        let session = &sign_in.opening.session;
        super::warm(&*self.hot, session.id, user, &session.rotation).await;
        super::forget(&*self.hot, &*self.announcements, &ended).await;
        Ok(SignedIn { account, tokens })
    }

    async fn record_failure(&self, user: UserId, origin: &Origin) -> Result<(), Outage> {
        let entry = AuditEntry::success(
            self.ids.audit(),
            self.clock.now(),
            Party::Anonymous,
            AuditAction::RefuseSecondFactor,
            Subject::User(user),
            origin,
        )
        .with_outcome(Outcome::Failure);
        self.audit.append(&Journal::new(entry)).await
    }
}

#[cfg(test)]
mod tests;
