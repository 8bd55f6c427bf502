//! Objects that people upload.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::account::avatar::ObjectKey;
use crate::id::AvatarId;
use crate::outage::Outage;

/// Holds objects: a folder, or an S3 bucket.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Objects: Send + Sync {
    /// Keeps an object. MUST NOT answer before it can be read, and MUST leave nothing that can be read when it fails half-way.
    ///
    /// A name is used once: what is there under it already MUST stay, and counts as kept.
    async fn put(&self, key: ObjectKey, content: Vec<u8>) -> Result<(), Outage>;

    /// An object; `None` if there is none of this name.
    async fn find(&self, key: ObjectKey) -> Result<Option<Vec<u8>>, Outage>;

    /// Removes an object. One that is not there counts as removed.
    async fn remove(&self, key: ObjectKey) -> Result<(), Outage>;

    /// The avatars that have objects and none written since `before`, each once, in the order of their ids. The store is read once for all
    /// of them; what else lies in it MUST be passed over.
    async fn list_written_before(&self, before: DateTime<Utc>) -> Result<Vec<AvatarId>, Outage>;
}
