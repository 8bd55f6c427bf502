//! Counting acts across all nodes.

use async_trait::async_trait;

use crate::limit::quota::{LimitedAct, Verdict};

/// Counts acts against quotas.
///
/// It cannot fail: when the shared count is out of reach, a stricter local rule decides (see
/// [`LimitClass::guards_credentials`](crate::limit::quota::LimitClass::guards_credentials)), which is counted and shown in readiness.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait RateLimiter: Send + Sync {
    /// Counts one act, if its quota allows it. Exact under concurrency: of any number of acts at once, no more pass
    /// than the quota says.
    async fn admit(&self, act: &LimitedAct) -> Verdict;
}
