//! Making the partitions of the audit log ahead, and dropping them when their time is over.

use std::sync::Arc;

use chrono::TimeDelta;
use domain::audit::Origin;
use domain::audit::chain::Retirement;
use domain::audit::{AuditAction, AuditEntry, Facts, Party, Subject};
use domain::journal::Journal;
use domain::outage::Outage;
use domain::port::audit_partitions::AuditPartitions;
use domain::port::clock::Clock;
use domain::port::ids::Ids;

/// So many months are made ahead: nobody may look at a platform for that long, and its log stays in order.
const AHEAD: u16 = 3;

/// Keeps the partitions of the audit log.
pub struct KeepPartitions {
    /// The partitions.
    pub partitions: Arc<dyn AuditPartitions>,
    /// How long a row is kept at least (`AUDIT_RETENTION`).
    pub retention: TimeDelta,
    /// Names the row that tells of dropped ones.
    pub ids: Arc<dyn Ids>,
    /// Tells what is over.
    pub clock: Arc<dyn Clock>,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionsKept {
    /// The partitions that were dropped.
    pub dropped: Vec<String>,
    /// How many months have rows in the default partition, which is looked at by somebody.
    pub stuck: u32,
}

impl KeepPartitions {
    /// Makes and drops what is due. Several workers at once do no harm.
    ///
    /// # Errors
    /// An outage; it is due the next time.
    pub async fn run(&self) -> Result<PartitionsKept, Outage> {
        let stuck = self.partitions.make_ahead(AHEAD).await?;
        let now = self.clock.now();
        let keep_from = now - self.retention;
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            Party::System,
            AuditAction::DropAudit,
            Subject::None,
            &Origin::default(),
        );
        let told = Facts::none().with("older_than", keep_from.to_rfc3339().as_str());
        let retirement = Retirement {
            keep_from,
            journal: Journal::new(entry.with_change(told, Facts::none())),
        };
        let dropped = self.partitions.drop_expired(&retirement).await?;
        Ok(PartitionsKept { dropped, stuck })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::port::audit_partitions::MockAuditPartitions;
    use test_support::{FixedClock, SequentialIds};

    #[tokio::test]
    async fn what_is_older_than_the_retention_goes_with_a_row_that_says_so() {
        let clock = FixedClock::default();
        let expected = clock.now() - TimeDelta::days(400);
        let mut partitions = MockAuditPartitions::new();
        partitions.expect_make_ahead().once().returning(|_| Ok(0));
        partitions
            .expect_drop_expired()
            .once()
            .returning(move |retirement| {
                assert_eq!(retirement.keep_from, expected);
                let entry = retirement.journal.entries().first().unwrap();
                assert_eq!(entry.action.name(), "audit.drop");
                Ok(vec!["logs_2025_01".to_owned()])
            });
        let use_case = KeepPartitions {
            partitions: Arc::new(partitions),
            retention: TimeDelta::days(400),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(clock),
        };
        assert_eq!(use_case.run().await.unwrap().dropped, ["logs_2025_01"]);
    }
}
