//! Audit entries that go with no other write.

use async_trait::async_trait;

use crate::audit::AuditEntry;
use crate::journal::Journal;
use crate::outage::Outage;

/// The audit log, append only; PostgreSQL.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AuditTrail: Send + Sync {
    /// Appends what happened without changing anything else, such as a failed sign-in.
    async fn append(&self, journal: &Journal) -> Result<(), Outage>;

    /// Appends many entries at once, in one statement. An entry that is there already is left as it is, so a batch whose outcome
    /// is unknown can be brought again.
    async fn append_batch(&self, entries: &[AuditEntry]) -> Result<(), Outage>;
}
