//! Small texts that leave the platform and come back unchanged, such as cursors.

use crate::session::token::ForgedToken;

/// Authenticates texts with a key of ours (HMAC-SHA-256). What is sealed is not secret, only tamper-proof.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Seals: Send + Sync {
    /// A text, safe in URLs, that carries the payload and opens in the same context only.
    fn seal(&self, context: &[u8], payload: &[u8]) -> String;

    /// The payload of a sealed text.
    ///
    /// # Errors
    /// MUST answer [`ForgedToken`] for everything that we have not sealed in this context; compared in constant time.
    fn open(&self, context: &[u8], text: &str) -> Result<Vec<u8>, ForgedToken>;
}
