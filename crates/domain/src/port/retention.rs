//! Forgetting what is no longer needed.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::outage::Outage;

/// Purges what has outlived its purpose; PostgreSQL.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Retention: Send + Sync {
    /// Deletes, in bounded batches, expired idempotency keys and one-time tokens, sessions that ended over 30 days ago, settled jobs
    /// older than a day, and access changes older than an hour. Answers how many rows went. Only one node purges at a time;
    /// the others answer zero.
    async fn purge(&self, now: DateTime<Utc>) -> Result<u64, Outage>;
}
