//! Telling every node at once that something about access changed.

use async_trait::async_trait;

use crate::access::standing::AccessChange;

/// Pushes access changes to whoever keeps copies.
///
/// Called after the write was committed. An announcement that gets lost costs no safety, only time: every node
/// reads the durable feed ([`AccessChanges`](super::access_changes::AccessChanges)) as well. So it cannot fail; what goes wrong is logged and counted.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Announcements: Send + Sync {
    /// Drops the shared copies that the change makes stale, and tells all nodes to drop theirs.
    async fn announce(&self, changes: &[AccessChange]);
}
