//! Audit entries that go with no other write.

use async_trait::async_trait;

use crate::journal::Journal;
use crate::outage::Outage;

/// The audit log, append only; PostgreSQL.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AuditTrail: Send + Sync {
    /// Appends what happened without changing anything else, such as a failed sign-in.
    async fn append(&self, journal: &Journal) -> Result<(), Outage>;
}
