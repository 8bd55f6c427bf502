//! The tokens that a session hands out.

use chrono::{DateTime, Utc};

use crate::id::{SessionId, UserId};
use crate::secret::Secret;
use crate::session::AuthMethod;
use crate::session::rotation::Generation;

/// What an access token says (RFC 9068), apart from issuer, audience and times of its making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims {
    /// The person (`sub`).
    pub user: UserId,
    /// The session (`sid`).
    pub session: SessionId,
    /// The generation of the refresh token that it came with (`gen`); its first use tells that the pair arrived.
    pub generation: Generation,
    /// When the person last proved who they are (`auth_time`).
    pub authenticated_at: DateTime<Utc>,
    /// How (`amr`).
    pub methods: Vec<AuthMethod>,
    /// When it was made (`iat`, `nbf`).
    pub issued_at: DateTime<Utc>,
    /// When it stops working (`exp`).
    pub expires_at: DateTime<Utc>,
}

/// A verified access token, reduced to what a request needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifiedAccess {
    /// The person.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    /// The generation it came with.
    pub generation: Generation,
    /// When the person last proved who they are.
    pub authenticated_at: DateTime<Utc>,
}

/// An access token that was not accepted. Clients are not told more, so that they cannot probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the access token is not valid")]
pub struct InvalidAccessToken;

/// A refresh or one-time token that was not made by us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token was not made by this platform")]
pub struct ForgedToken;

/// What a refresh token names, once its authenticity is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PresentedRefresh {
    /// The session.
    pub session: SessionId,
    /// The generation.
    pub generation: Generation,
}

/// The pair that a sign-in or a refresh answers.
#[derive(Debug, Clone)]
pub struct TokenPair {
    /// The access token.
    pub access: Secret<String>,
    /// When it stops working.
    pub access_expires_at: DateTime<Utc>,
    /// The refresh token.
    pub refresh: Secret<String>,
    /// When it stops working.
    pub refresh_expires_at: DateTime<Utc>,
}
