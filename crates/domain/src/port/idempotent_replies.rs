//! Answers that were given to keyed requests.

use async_trait::async_trait;

use crate::idempotency::{RequestIdentity, StoredReply};
use crate::outage::Outage;

/// Stored answers; PostgreSQL. They are written by the writes that they answer.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait IdempotentReplies: Send + Sync {
    /// The answer that the request was given before, and whether its body was the same.
    async fn find(&self, request: &RequestIdentity) -> Result<Option<Repetition>, Outage>;
}

/// A key that was used before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repetition {
    /// The same request: here is its answer.
    Same(StoredReply),
    /// Another body under the same key.
    OtherBody,
}
