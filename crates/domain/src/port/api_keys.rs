//! API keys: the durable record.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::access::standing::AccessEpoch;
use crate::account::api_key::{ApiKey, KeyIssue, KeyIssueConflict, KeyRevocation};
use crate::id::{ApiKeyId, UserId};
use crate::outage::{Outage, StoreError};

/// API keys; PostgreSQL.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait ApiKeys: Send + Sync {
    /// Records a new key. Expired keys of the person end by it, so that they stand in nobody's way.
    ///
    /// # Errors
    /// MUST answer the [`KeyIssueConflict`] that applies, also when several keys are made at once.
    async fn issue(&self, issue: &KeyIssue) -> Result<(), StoreError<KeyIssueConflict>>;

    /// The keys of a person that have not been ended, the newest first; at most
    /// [`MAX_KEYS_PER_USER`](crate::account::api_key::MAX_KEYS_PER_USER). One that has expired stays until another is made, so that
    /// its owner sees why it stopped.
    async fn list(&self, user: UserId) -> Result<Vec<ApiKey>, Outage>;

    /// Ends a key, and moves the access epoch of its person on, so that no copy of its standing is believed any more. `None` when
    /// the person has no such key.
    async fn revoke(&self, revocation: &KeyRevocation) -> Result<Option<AccessEpoch>, Outage>;

    /// Writes down that a key was used, unless that was written within the last minute.
    async fn record_use(&self, key: ApiKeyId, at: DateTime<Utc>) -> Result<(), Outage>;
}
