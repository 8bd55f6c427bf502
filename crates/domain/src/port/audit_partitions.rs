//! The audit log by the month.

use async_trait::async_trait;

use crate::audit::chain::Retirement;
use crate::outage::Outage;

/// The partitions of the audit log; PostgreSQL.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AuditPartitions: Send + Sync {
    /// Makes the partitions of this month and the `months` that follow, as far as they are missing. Answers how many cannot be made,
    /// because rows of theirs have landed in the default partition; their rows go on landing there.
    async fn make_ahead(&self, months: u16) -> Result<u32, Outage>;

    /// Drops every partition that holds nothing young enough, with its seals, and writes the journal if there was one; atomically.
    /// Answers their names. Only whole partitions go, and nothing of the last 30 days.
    async fn drop_expired(&self, retirement: &Retirement) -> Result<Vec<String>, Outage>;
}
