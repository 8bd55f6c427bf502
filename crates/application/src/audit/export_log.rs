//! Exporting the audit log.

use std::sync::Arc;

use domain::access::authority::Authority;
use domain::access::proof::ReadAudit;
use domain::audit::reading::{AuditFilter, AuditListing, AuditRecord};
use domain::audit::{AuditAction, AuditEntry, Facts, Outcome, Subject};
use domain::journal::Journal;
use domain::outage::Outage;
use domain::page::{Limit, Window};
use domain::port::audit_records::AuditRecords;
use domain::port::audit_trail::AuditTrail;
use domain::port::clock::Clock;
use domain::port::ids::Ids;

/// So many rows are in memory at a time.
const BATCH: u16 = 500;

/// Exports the audit log, newest first, a batch at a time.
pub struct ExportAuditLog {
    /// Knows the rows.
    pub records: Arc<dyn AuditRecords>,
    /// Remembers who exported what.
    pub audit: Arc<dyn AuditTrail>,
    /// Names the row that says so.
    pub ids: Arc<dyn Ids>,
    /// Dates it.
    pub clock: Arc<dyn Clock>,
}

/// An export that has begun.
pub struct Export {
    records: Arc<dyn AuditRecords>,
    filter: AuditFilter,
    /// Where the next batch starts; `None` after the last.
    window: Option<Window>,
}

impl ExportAuditLog {
    /// Begins an export, which is an act of its own: its row is written before anything is read.
    ///
    /// # Errors
    /// An outage; then nothing is exported.
    pub async fn begin(
        &self,
        by: &Authority<ReadAudit>,
        filter: AuditFilter,
        format: &'static str,
    ) -> Result<Export, Outage> {
        let entry = AuditEntry::success(
            self.ids.audit(),
            self.clock.now(),
            by.party(),
            AuditAction::ExportAudit,
            Subject::None,
            by.origin(),
        );
        let entry = entry.with_change(Facts::none(), facts(&filter, format));
        self.audit.append(&Journal::new(entry)).await?;
        Ok(Export {
            records: Arc::clone(&self.records),
            filter,
            window: Some(Window::First),
        })
    }
}

fn facts(filter: &AuditFilter, format: &str) -> Facts {
    let time = |time: chrono::DateTime<chrono::Utc>| time.to_rfc3339();
    let asked = [
        ("actor", filter.actor.map(|id| id.to_string())),
        ("subject", filter.subject.map(|id| id.to_string())),
        ("action", filter.action.map(|it| it.name().to_owned())),
        (
            "outcome",
            filter.outcome.map(Outcome::name).map(str::to_owned),
        ),
        ("from", filter.from.map(time)),
        ("to", filter.to.map(time)),
        ("request_id", filter.request_id.clone()),
    ];
    let asked = asked
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)));
    asked.fold(
        Facts::none().with("format", format),
        |facts, (name, value)| facts.with(name, value.as_str()),
    )
}

impl Export {
    /// The next rows; `None` after the last.
    ///
    /// # Errors
    /// An outage; what was exported so far is not all.
    pub async fn next(&mut self) -> Result<Option<Vec<AuditRecord>>, Outage> {
        let Some(window) = self.window else {
            return Ok(None);
        };
        let listing = AuditListing {
            filter: self.filter.clone(),
            window,
            limit: Limit::within(BATCH, BATCH).unwrap_or(Limit::DEFAULT),
        };
        let page = self.records.list(&listing).await?;
        self.window = page.next.map(Window::After);
        Ok(Some(page.items))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::outage::Dependency;
    use domain::page::{Page, Position};
    use domain::port::audit_records::MockAuditRecords;
    use domain::port::audit_trail::MockAuditTrail;
    use test_support::{FixedClock, SequentialIds};
    use uuid::Uuid;

    fn over(records: MockAuditRecords, audit: MockAuditTrail) -> ExportAuditLog {
        ExportAuditLog {
            records: Arc::new(records),
            audit: Arc::new(audit),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(FixedClock::default()),
        }
    }

    #[tokio::test]
    async fn batches_follow_each_other_to_the_last() {
        let place = Position {
            at: FixedClock::default().now(),
            id: Uuid::from_u128(9),
        };
        let mut records = MockAuditRecords::new();
        records.expect_list().times(2).returning(move |listing| {
            Ok(Page {
                items: Vec::new(),
                next: (listing.window == Window::First).then_some(place),
                previous: None,
            })
        });
        let mut audit = MockAuditTrail::new();
        audit.expect_append().once().returning(|journal| {
            let entry = journal.entries().first().unwrap();
            assert_eq!(entry.action.name(), "audit.export");
            assert_eq!(entry.after.as_slice().first().unwrap().name, "format");
            Ok(())
        });
        let export = over(records, audit);
        let by = Authority::operator();
        let begun = export.begin(&by, AuditFilter::default(), "csv").await;
        let mut export = begun.unwrap();
        let mut batches = 0;
        while export.next().await.unwrap().is_some() {
            batches += 1;
        }
        assert_eq!(batches, 2);
    }

    #[tokio::test]
    async fn what_cannot_be_remembered_is_not_exported() {
        let mut audit = MockAuditTrail::new();
        audit
            .expect_append()
            .returning(|_| Err(Outage::Overloaded(Dependency::Postgres)));
        let export = over(MockAuditRecords::new(), audit);
        let by = Authority::operator();
        let begun = export.begin(&by, AuditFilter::default(), "csv").await;
        assert!(begun.is_err());
    }
}
