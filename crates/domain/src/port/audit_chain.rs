//! The chain of seals over the audit log.

use async_trait::async_trait;

use crate::audit::chain::{ChainHead, RowImage, Seal, SealedRow, StrayRow};
use crate::outage::{Outage, StoreError};
use crate::page::Position;

/// Somebody else has sealed meanwhile; nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overtaken;

/// The seals; PostgreSQL, append only.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AuditChain: Send + Sync {
    /// At most so many committed rows that have no seal, the oldest first, whatever the order in which they were committed.
    async fn list_unsealed(&self, limit: u16) -> Result<Vec<RowImage>, Outage>;

    /// The newest seal of a partition.
    async fn find_head(&self, partition: &str) -> Result<Option<ChainHead>, Outage>;

    /// Appends seals, and takes their rows off the list of those that wait; all or nothing.
    ///
    /// # Errors
    /// MUST answer [`Overtaken`] if a place is taken or a row has a seal.
    async fn extend(&self, seals: &[Seal]) -> Result<(), StoreError<Overtaken>>;

    /// The names of the partitions, sorted.
    async fn list_partitions(&self) -> Result<Vec<String>, Outage>;

    /// At most so many seals of a partition that follow this place, in order, each with its row as it is now.
    async fn list_sealed(
        &self,
        partition: &str,
        after: u64,
        limit: u16,
    ) -> Result<Vec<SealedRow>, Outage>;

    /// Reads at most so many rows of a partition that follow this one, in the order of time, and answers the last of them with those
    /// that neither have a seal nor wait for one; `None` when no row follows.
    async fn list_strays(
        &self,
        partition: &str,
        after: Option<Position>,
        limit: u16,
    ) -> Result<Option<(Position, Vec<StrayRow>)>, Outage>;
}
