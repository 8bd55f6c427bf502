//! Making the stored form of a content, and the text again out of it.

use async_trait::async_trait;

use crate::outage::Outage;
use crate::script::content::{PackedContent, SourceText};

/// Digests and compresses, off the threads that serve requests.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait ContentPacker: Send + Sync {
    /// Digests and compresses a text.
    async fn pack(&self, text: SourceText) -> Result<PackedContent, Outage>;

    /// The text of a packed content, byte for byte.
    ///
    /// # Errors
    /// [`Outage::Inconsistent`] if the stored bytes are not what they were.
    async fn unpack(&self, content: &PackedContent) -> Result<Vec<u8>, Outage>;
}
