//! Reading the audit log.

use async_trait::async_trait;

use crate::audit::reading::{AuditListing, AuditRecord, SecurityTimeline};
use crate::outage::Outage;
use crate::page::Page;

/// The rows of the audit log; PostgreSQL.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AuditRecords: Send + Sync {
    /// One page of rows; keyset, newest first, one query.
    async fn list(&self, listing: &AuditListing) -> Result<Page<AuditRecord>, Outage>;

    /// One page of what concerns the security of one account
    /// ([`concerns_security`](crate::audit::AuditAction::concerns_security)), in one query.
    async fn timeline(&self, timeline: &SecurityTimeline) -> Result<Page<AuditRecord>, Outage>;
}
