//! API keys as text.

use crate::account::api_key::{KeyDigest, KeyText};
use crate::outage::Outage;
use crate::session::token::ForgedToken;

/// Every key begins so; what begins so is read as a key and as nothing else.
pub const KEY_PREFIX: &str = "shk_";

/// Makes and reads the texts of API keys: random, with a checksum that anybody can verify and a mark that only we can make.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ApiKeyTexts: Send + Sync {
    /// A new key of at least 128 random bits, besides those that its prefix shows.
    ///
    /// # Errors
    /// If the operating system has no randomness to give.
    fn new_text(&self) -> Result<KeyText, Outage>;

    /// The digests that the key may be stored by: one for each server key, that of the one in force first.
    ///
    /// # Errors
    /// MUST answer [`ForgedToken`] for a text that is mistyped or was not made by us, so that made-up keys cost no look-up.
    fn read(&self, text: &str) -> Result<Vec<KeyDigest>, ForgedToken>;
}
