//! The durable queue.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use crate::id::{JobId, LeaseId};
use crate::job::{ClaimedJob, QueueDepth, Settlement};
use crate::outage::Outage;

/// Jobs that wait to be done, by any number of workers; PostgreSQL. They are enqueued by the journals of their causes.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Jobs: Send + Sync {
    /// Claims up to `limit` jobs that may run at `now`, oldest first, under the lease until `now + duration`.
    ///
    /// MUST never give one job to two workers whose leases overlap. A job whose payload cannot be read is set aside as dead.
    async fn claim(
        &self,
        lease: LeaseId,
        limit: u16,
        now: DateTime<Utc>,
        duration: TimeDelta,
    ) -> Result<Vec<ClaimedJob>, Outage>;

    /// Settles a job that is still held under the lease; answers `false` when it no longer is.
    async fn settle(
        &self,
        job: JobId,
        lease: LeaseId,
        settlement: &Settlement,
        now: DateTime<Utc>,
    ) -> Result<bool, Outage>;

    /// How much waits.
    async fn depth(&self, now: DateTime<Utc>) -> Result<QueueDepth, Outage>;
}
