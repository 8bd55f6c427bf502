//! What changed lately about who may do what.

use async_trait::async_trait;
use chrono::TimeDelta;

use crate::access::standing::{AccessChange, AccessEpoch};
use crate::outage::Outage;

/// The durable feed of access changes; PostgreSQL.
///
/// Whoever keeps copies of standings reads it at start, and again and again, so that a change is noticed within
/// a second even when a push was lost.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AccessChanges: Send + Sync {
    /// The changes of the last `lookback`, and the epoch that the feed has reached. A session is reported as ended
    /// as long as its end is within `lookback`. The primary answers, never a replica.
    async fn recent(&self, lookback: TimeDelta) -> Result<RecentChanges, Outage>;
}

/// What the feed answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecentChanges {
    /// The newest epoch.
    pub epoch: AccessEpoch,
    /// The changes, oldest first.
    pub changes: Vec<AccessChange>,
}
