//! Sealing the audit log: each row that was written joins the chain of its partition.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::audit::chain::{ChainHead, RowImage, Seal};
use domain::outage::{Outage, StoreError};
use domain::port::audit_chain::AuditChain;
use domain::port::audit_links::AuditLinks;

/// So many rows join at a time.
const BATCH: u16 = 1_000;
/// So many batches are done in one go, so that a round ends when the process is to stop.
const BATCHES: u16 = 20;

/// Seals rows of the audit log.
pub struct SealAuditLog {
    /// The chains.
    pub chain: Arc<dyn AuditChain>,
    /// Makes their links.
    pub links: Arc<dyn AuditLinks>,
}

/// What was sealed in one go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sealed {
    /// How many rows.
    pub rows: u64,
    /// The ends of the chains that grew, by partition.
    pub heads: BTreeMap<String, ChainHead>,
}

impl SealAuditLog {
    /// Seals what waits. Of several workers at once one wins, and the others leave the rest to it.
    ///
    /// # Errors
    /// An outage; what waits goes on waiting.
    pub async fn run(&self) -> Result<Sealed, Outage> {
        let mut sealed = Sealed::default();
        for _ in 0..BATCHES {
            let images = self.chain.list_unsealed(BATCH).await?;
            if images.is_empty() {
                break;
            }
            let (seals, heads) = self.seals(&images).await?;
            match self.chain.extend(&seals).await {
                Ok(()) => {}
                Err(StoreError::Conflict(_overtaken)) => break,
                Err(StoreError::Outage(outage)) => return Err(outage),
            }
            sealed.rows += u64::try_from(seals.len()).unwrap_or(u64::MAX);
            sealed.heads.extend(heads);
            if images.len() < usize::from(BATCH) {
                break;
            }
        }
        Ok(sealed)
    }

    async fn seals(
        &self,
        images: &[RowImage],
    ) -> Result<(Vec<Seal>, BTreeMap<String, ChainHead>), Outage> {
        let mut heads = BTreeMap::new();
        let mut seals = Vec::with_capacity(images.len());
        for image in images {
            let head = match heads.get(&image.partition) {
                Some(head) => *head,
                None => self
                    .chain
                    .find_head(&image.partition)
                    .await?
                    .unwrap_or(ChainHead::EMPTY),
            };
            let seal = Seal::after(&head, image, &*self.links);
            heads.insert(image.partition.clone(), seal.head());
            seals.push(seal);
        }
        Ok((seals, heads))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use domain::id::AuditId;
    use domain::port::audit_chain::{MockAuditChain, Overtaken};
    use domain::port::audit_links::MockAuditLinks;
    use uuid::Uuid;

    fn image(partition: &str, number: u128) -> RowImage {
        RowImage {
            partition: partition.to_owned(),
            id: AuditId::new(Uuid::from_u128(number)),
            at: DateTime::UNIX_EPOCH,
            columns: Vec::new(),
        }
    }

    fn over(mut chain: MockAuditChain) -> SealAuditLog {
        chain.expect_find_head().returning(|partition| {
            Ok((partition == "logs_b").then_some(ChainHead {
                position: 7,
                link: [7; 32],
            }))
        });
        let mut links = MockAuditLinks::new();
        links.expect_hash().returning(|_| [1; 32]);
        SealAuditLog {
            chain: Arc::new(chain),
            links: Arc::new(links),
        }
    }

    #[tokio::test]
    async fn each_row_follows_the_end_of_the_chain_of_its_own_partition() {
        let mut chain = MockAuditChain::new();
        chain.expect_list_unsealed().once().returning(|_| {
            Ok(vec![
                image("logs_a", 1),
                image("logs_b", 2),
                image("logs_a", 3),
            ])
        });
        chain.expect_extend().once().returning(|seals| {
            let places: Vec<_> = seals
                .iter()
                .map(|seal| (seal.partition.as_str(), seal.position))
                .collect();
            assert_eq!(places, [("logs_a", 1), ("logs_b", 8), ("logs_a", 2)]);
            Ok(())
        });
        let sealed = over(chain).run().await.unwrap();
        assert_eq!(sealed.rows, 3);
        assert_eq!(sealed.heads["logs_a"].position, 2);
    }

    #[tokio::test]
    async fn whoever_is_overtaken_leaves_the_rest_to_the_other() {
        let mut chain = MockAuditChain::new();
        chain
            .expect_list_unsealed()
            .once()
            .returning(|_| Ok(vec![image("logs_a", 1)]));
        chain
            .expect_extend()
            .once()
            .returning(|_| Err(StoreError::Conflict(Overtaken)));
        assert_eq!(over(chain).run().await.unwrap(), Sealed::default());
    }
}
