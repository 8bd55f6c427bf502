//! Refresh tokens: derived from a key, their session and their generation.

use crate::secret::Secret;
use crate::session::token::{ForgedToken, PresentedRefresh};

/// Writes and reads the text of refresh tokens (HMAC-SHA-256, prefix `shr_`).
///
/// Deterministic, so that a repeated answer is the same answer, and neither Redis nor PostgreSQL holds anything that a
/// thief could use.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait RefreshTokens: Send + Sync {
    /// The text of the token of one generation.
    fn write(&self, token: PresentedRefresh) -> Secret<String>;

    /// What a text names. Reads what was written with older keys, too.
    ///
    /// # Errors
    /// MUST answer [`ForgedToken`] for everything that we have not written; compared in constant time.
    fn read(&self, text: &str) -> Result<PresentedRefresh, ForgedToken>;
}
