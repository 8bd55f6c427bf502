//! Access tokens: made at sign-in and refresh, verified with every request.

use chrono::{DateTime, Utc};

use crate::outage::Outage;
use crate::secret::Secret;
use crate::session::token::{AccessClaims, InvalidAccessToken, VerifiedAccess};

/// Signs and verifies access tokens (JWT, RFC 9068).
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait AccessTokens: Send + Sync {
    /// Signs the claims with the newest key.
    ///
    /// # Errors
    /// An outage if there is no key to sign with.
    fn sign(&self, claims: &AccessClaims) -> Result<Secret<String>, Outage>;

    /// Verifies a token against all live keys: type, algorithm, signature, issuer, audience and times.
    ///
    /// # Errors
    /// MUST answer [`InvalidAccessToken`] for everything that is not a token of ours that is good at `now`.
    fn verify(&self, token: &str, now: DateTime<Utc>)
    -> Result<VerifiedAccess, InvalidAccessToken>;

    /// The public keys that verify our tokens, as a JWK set (RFC 7517) in JSON; empty for a symmetric algorithm.
    fn key_set(&self) -> String;
}
