//! Reading the audit log.

use std::sync::Arc;

use domain::access::authority::Authority;
use domain::access::proof::ReadAudit;
use domain::audit::reading::{AuditListing, AuditRecord};
use domain::outage::Outage;
use domain::page::Page;
use domain::port::audit_records::AuditRecords;

/// Shows the audit log to staff.
pub struct ReadAuditLog {
    /// Knows the rows.
    pub records: Arc<dyn AuditRecords>,
}

impl ReadAuditLog {
    /// One page.
    ///
    /// # Errors
    /// An outage.
    pub async fn run(
        &self,
        _by: &Authority<ReadAudit>,
        listing: &AuditListing,
    ) -> Result<Page<AuditRecord>, Outage> {
        self.records.list(listing).await
    }
}
