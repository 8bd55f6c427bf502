//! What API keys may do right now.

use async_trait::async_trait;

use crate::access::key::KeyStanding;
use crate::account::api_key::KeyDigest;
use crate::outage::Outage;

/// Answers whether a key lives, how far it reaches, and what its person may do **now**.
///
/// PostgreSQL knows; copies may stand in front of it, as long as a change is seen within a second.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait KeyStandings: Send + Sync {
    /// The standing of the living key that is stored by one of these digests, which are all of one text; `None` when it was ended,
    /// has expired or never was. Whoever keeps a copy holds its expiry against the time again.
    async fn find(&self, digests: &[KeyDigest]) -> Result<Option<KeyStanding>, Outage>;
}
