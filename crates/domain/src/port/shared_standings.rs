//! Copies of standings that all nodes share.

use async_trait::async_trait;

use crate::access::standing::Standing;
use crate::id::{SessionId, UserId};
use crate::outage::Outage;

/// Copies of what PostgreSQL answered, at most 15 minutes old; Redis.
///
/// A copy may be stale: whoever asks holds it against what they know of
/// ([`KnownChanges`](crate::access::known_changes::KnownChanges)) before they believe it.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SharedStandings: Send + Sync {
    /// The copy of a standing; `None` when there is none, or not all of it.
    async fn find(&self, session: SessionId, user: UserId) -> Result<Option<Standing>, Outage>;

    /// Keeps a copy of what the truth answered just now.
    ///
    /// MUST NOT replace rights of a newer epoch by older ones.
    async fn put(&self, standing: &Standing) -> Result<(), Outage>;
}
