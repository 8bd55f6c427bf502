//! Staying signed in: a refresh token for the next pair.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::audit::{AuditAction, AuditEntry, Origin, Outcome, Party, Subject};
use domain::id::{SessionId, UserId};
use domain::job::Letter;
use domain::outage::Outage;
use domain::port::announcements::Announcements;
use domain::port::clock::Clock;
use domain::port::hot_sessions::HotSessions;
use domain::port::ids::Ids;
use domain::port::refresh_tokens::RefreshTokens;
use domain::port::sessions::{Rotation, RotationAttempt, Sessions};
use domain::session::rotation::{Decision, RotationState};
use domain::session::token::{PresentedRefresh, TokenPair};
use domain::session::{Revocation, Revoke};

use crate::sessions::issue::{Grounds, TokenIssuer};

/// Exchanges a refresh token for the next token pair.
pub struct RefreshSession {
    /// Reads refresh tokens.
    pub tokens: Arc<dyn RefreshTokens>,
    /// The durable truth.
    pub sessions: Arc<dyn Sessions>,
    /// The hot copies.
    pub hot: Arc<dyn HotSessions>,
    /// Tells the nodes about ended sessions.
    pub announcements: Arc<dyn Announcements>,
    /// Makes tokens.
    pub issuer: TokenIssuer,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why there is no next pair.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The token is none of ours, or its session is unknown or was ended.
    #[error("the refresh token is not valid")]
    Invalid,
    /// The token was used before: the session has been ended.
    #[error("the refresh token was used before")]
    Reused,
    /// The session is over by time.
    #[error("the session has expired")]
    Expired,
    /// We could not find out.
    #[error(transparent)]
    Outage(#[from] Outage),
}

/// The next pair, and how it came about.
#[derive(Debug)]
pub enum Refreshed {
    /// The token was the current one; this is its successor.
    Rotated(TokenPair),
    /// The token was used before, not long ago or in vain: the same successor again.
    Replayed(TokenPair),
}

impl Refreshed {
    /// The pair.
    #[must_use]
    pub fn into_tokens(self) -> TokenPair {
        match self {
            Self::Rotated(tokens) | Self::Replayed(tokens) => tokens,
        }
    }
}

impl RefreshSession {
    /// What a token names, if it is one of ours; for counting tries per session before anything else is done.
    ///
    /// # Errors
    /// [`RefreshError::Invalid`].
    pub fn read(&self, token: &str) -> Result<PresentedRefresh, RefreshError> {
        self.tokens
            .read(token)
            .map_err(|domain::session::token::ForgedToken| RefreshError::Invalid)
    }

    /// The next pair.
    ///
    /// PostgreSQL decides and writes in one statement; then the hot copy takes the same step, and is replaced by the truth
    /// where the two differ. Redis being away changes nothing.
    ///
    /// # Errors
    /// See [`RefreshError`].
    pub async fn run(
        &self,
        presented: PresentedRefresh,
        origin: &Origin,
    ) -> Result<Refreshed, RefreshError> {
        let now = self.clock.now();
        let session = presented.session;
        let attempt = RotationAttempt {
            session,
            presented: presented.generation,
            now,
            lifetimes: self.issuer.lifetimes,
        };
        let rotation = self
            .sessions
            .rotate(&attempt)
            .await?
            .ok_or(RefreshError::Invalid)?;
        match rotation.decision {
            Decision::Rotate(state) => {
                self.follow(&attempt, rotation.user, &state).await;
                let tokens = self.pair(session, &rotation, &state, now)?;
                Ok(Refreshed::Rotated(tokens))
            }
            Decision::Replay(state) => {
                let tokens = self.pair(session, &rotation, &state, now)?;
                Ok(Refreshed::Replayed(tokens))
            }
            Decision::Reused => {
                self.end(session, rotation.user, now, origin).await?;
                Err(RefreshError::Reused)
            }
            Decision::Expired => Err(RefreshError::Expired),
            Decision::Revoked => Err(RefreshError::Invalid),
        }
    }

    fn pair(
        &self,
        session: SessionId,
        rotation: &Rotation,
        state: &RotationState,
        now: DateTime<Utc>,
    ) -> Result<TokenPair, Outage> {
        let grounds = Grounds {
            user: rotation.user,
            session,
            state,
            authenticated_at: rotation.authenticated_at,
            methods: &rotation.methods,
        };
        self.issuer.pair(grounds, now)
    }

    /// Moves the hot copy along with the truth.
    async fn follow(&self, attempt: &RotationAttempt, user: UserId, truth: &RotationState) {
        let hot = self
            .hot
            .rotate(
                attempt.session,
                attempt.presented,
                attempt.now,
                &attempt.lifetimes,
            )
            .await;
        match hot {
            Ok(Some(Decision::Rotate(state))) if state == *truth => {}
            Ok(_) => crate::sessions::warm(&*self.hot, attempt.session, user, truth).await,
            Err(outage) => tracing::debug!(error = %outage, "a hot session did not follow"),
        }
    }

    async fn end(
        &self,
        session: SessionId,
        user: UserId,
        now: DateTime<Utc>,
        origin: &Origin,
    ) -> Result<(), Outage> {
        let subject = Subject::Session(session);
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            Party::Anonymous,
            AuditAction::ReuseRefreshToken,
            subject,
            origin,
        )
        .with_outcome(Outcome::Failure);
        let letter = Letter::RefreshTokenReused;
        let revocation = Revocation {
            user,
            which: Revoke::One(session),
            reason: "refresh_token_reused",
            at: now,
            journal: crate::accounts::with_notice(&*self.ids, entry, user, letter, now),
        };
        let ended = self.sessions.revoke(&revocation).await?;
        crate::sessions::forget(&*self.hot, &*self.announcements, &ended).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
