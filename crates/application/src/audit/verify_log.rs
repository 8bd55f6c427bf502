//! Verifying the audit log against its seals.

use std::sync::Arc;

use domain::access::authority::Authority;
use domain::access::proof::ReadAudit;
use domain::audit::chain::{ChainHead, ChainWalk, Finding};
use domain::outage::Outage;
use domain::port::audit_chain::AuditChain;
use domain::port::audit_links::AuditLinks;

/// So many rows are looked at in one statement.
const BATCH: u16 = 1_000;

/// Verifies that the audit log is what was written.
pub struct VerifyAuditLog {
    /// The chains and the rows.
    pub chain: Arc<dyn AuditChain>,
    /// Knows their links.
    pub links: Arc<dyn AuditLinks>,
}

/// One partition, verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The partition.
    pub partition: String,
    /// The end of its chain; to be compared with what was told earlier, because a chain does not show that its end was cut off.
    pub head: ChainHead,
    /// How much is not as it was written.
    pub findings: u64,
}

impl VerifyAuditLog {
    /// The partitions that there are, by name.
    ///
    /// # Errors
    /// An outage.
    pub async fn partitions(&self, _by: &Authority<ReadAudit>) -> Result<Vec<String>, Outage> {
        self.chain.list_partitions().await
    }

    /// Verifies one partition in constant memory, and tells each finding as it is found. Rows that wait for their seal are fine.
    ///
    /// # Errors
    /// An outage; then nothing is proven.
    pub async fn run(
        &self,
        _by: &Authority<ReadAudit>,
        partition: &str,
        mut tell: impl FnMut(&Finding),
    ) -> Result<Verified, Outage> {
        let mut walk = ChainWalk::default();
        let mut findings = 0;
        let mut count = |finding: &Finding| {
            findings += 1;
            tell(finding);
        };
        loop {
            let after = walk.head().position;
            let sealed = self.chain.list_sealed(partition, after, BATCH).await?;
            for seal in &sealed {
                walk.check(seal, &*self.links).iter().for_each(&mut count);
            }
            if sealed.len() < usize::from(BATCH) {
                break;
            }
        }
        let mut after = None;
        while let Some((last, strays)) = self.chain.list_strays(partition, after, BATCH).await? {
            strays
                .into_iter()
                .map(Finding::Stray)
                .for_each(|stray| count(&stray));
            after = Some(last);
        }
        Ok(Verified {
            partition: partition.to_owned(),
            head: walk.head(),
            findings,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use domain::audit::chain::{RowImage, Seal, SealedRow, StrayRow};
    use domain::id::AuditId;
    use domain::page::Position;
    use domain::port::audit_chain::MockAuditChain;
    use domain::port::audit_links::MockAuditLinks;
    use uuid::Uuid;

    const ROW: AuditId = AuditId::new(Uuid::from_u128(1));

    #[tokio::test]
    async fn a_chain_and_what_stands_outside_of_it_are_both_looked_at() {
        let mut links = MockAuditLinks::new();
        links.expect_hash().returning(|_| [1; 32]);
        links
            .expect_accepts()
            .returning(|_, digest| *digest == [1; 32]);
        let image = RowImage {
            partition: "logs_a".to_owned(),
            id: ROW,
            at: DateTime::UNIX_EPOCH,
            columns: Vec::new(),
        };
        let seal = Seal::after(&ChainHead::EMPTY, &image, &links);
        let mut chain = MockAuditChain::new();
        chain.expect_list_sealed().once().returning(move |_, _, _| {
            Ok(vec![SealedRow {
                seal: seal.clone(),
                image: None,
            }])
        });
        chain
            .expect_list_strays()
            .times(2)
            .returning(|_, after, _| {
                let at = DateTime::UNIX_EPOCH;
                let last = Position {
                    at,
                    id: Uuid::from_u128(2),
                };
                let id = AuditId::new(last.id);
                Ok(after.is_none().then(|| (last, vec![StrayRow { id, at }])))
            });
        let use_case = VerifyAuditLog {
            chain: Arc::new(chain),
            links: Arc::new(links),
        };
        let mut told = Vec::new();
        let by = Authority::operator();
        let verified = use_case
            .run(&by, "logs_a", |finding| told.push(finding.clone()))
            .await
            .unwrap();
        assert_eq!((verified.findings, verified.head.position), (2, 1));
        assert!(matches!(told[0], Finding::Missing { row: ROW, .. }));
        assert!(matches!(told[1], Finding::Stray(_)));
    }
}
