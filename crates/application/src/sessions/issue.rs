//! Making sessions and the tokens that they hand out.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::audit::Origin;
use domain::id::{SessionId, UserId};
use domain::outage::Outage;
use domain::port::access_tokens::AccessTokens;
use domain::port::refresh_tokens::RefreshTokens;
use domain::session::rotation::{Lifetimes, RotationState};
use domain::session::token::{AccessClaims, PresentedRefresh, TokenPair};
use domain::session::{AuthMethod, Session};

/// Makes token pairs.
#[derive(Clone)]
pub struct TokenIssuer {
    /// Signs access tokens.
    pub access: Arc<dyn AccessTokens>,
    /// Writes refresh tokens.
    pub refresh: Arc<dyn RefreshTokens>,
    /// How long things live.
    pub lifetimes: Lifetimes,
}

/// For whom tokens are made, and on what grounds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grounds<'a> {
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    pub(crate) state: &'a RotationState,
    pub(crate) authenticated_at: DateTime<Utc>,
    pub(crate) methods: &'a [AuthMethod],
}

impl TokenIssuer {
    /// A new session that begins now, proven by a password.
    pub(crate) fn begin(
        &self,
        id: SessionId,
        user: UserId,
        now: DateTime<Utc>,
        origin: &Origin,
    ) -> Session {
        Session {
            id,
            user,
            rotation: RotationState::begin(now, &self.lifetimes),
            authenticated_at: now,
            methods: vec![AuthMethod::Password],
            ip: origin.ip,
            user_agent: origin.user_agent.clone(),
            device: origin.device.clone(),
            created_at: now,
            last_seen_at: now,
        }
    }

    /// The tokens of a session that just began.
    pub(crate) fn first_pair(&self, session: &Session) -> Result<TokenPair, Outage> {
        let grounds = Grounds {
            user: session.user,
            session: session.id,
            state: &session.rotation,
            authenticated_at: session.authenticated_at,
            methods: &session.methods,
        };
        self.pair(grounds, session.created_at)
    }

    /// The tokens of a session in this state. An access token never outlives its session.
    pub(crate) fn pair(
        &self,
        grounds: Grounds<'_>,
        now: DateTime<Utc>,
    ) -> Result<TokenPair, Outage> {
        let access_expires_at =
            (now + self.lifetimes.access).min(grounds.state.absolute_expires_at);
        let access = self.access.sign(&AccessClaims {
            user: grounds.user,
            session: grounds.session,
            generation: grounds.state.generation,
            authenticated_at: grounds.authenticated_at,
            methods: grounds.methods.to_vec(),
            issued_at: now,
            expires_at: access_expires_at,
        })?;
        let refresh = self.refresh.write(PresentedRefresh {
            session: grounds.session,
            generation: grounds.state.generation,
        });
        Ok(TokenPair {
            access,
            access_expires_at,
            refresh,
            refresh_expires_at: grounds.state.expires_at(),
        })
    }
}
