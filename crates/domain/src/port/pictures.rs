//! Reading pictures that strangers send.

use async_trait::async_trait;

use crate::account::avatar::{DrawnAvatar, UnfitPicture};
use crate::outage::StoreError;

/// Reads pictures with care and draws them anew, off the threads that serve requests.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Pictures: Send + Sync {
    /// Draws an upload as an avatar: upright, cut to a square around its middle, in every size, without any of its metadata.
    ///
    /// MUST tell the kind by the content; MUST look at the dimensions and count the frames before it decodes anything; MUST
    /// bound the memory and the number of uploads that are decoded at once.
    ///
    /// # Errors
    /// [`UnfitPicture`] says what is wrong with the upload; an outage if there is more to do than can be done.
    async fn draw_avatar(&self, upload: Vec<u8>) -> Result<DrawnAvatar, StoreError<UnfitPicture>>;
}
