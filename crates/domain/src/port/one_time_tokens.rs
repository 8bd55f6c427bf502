//! One-time tokens: derived from a key, their purpose and their id, so that nothing stored is worth stealing.

use async_trait::async_trait;

use crate::account::email::Email;
use crate::account::one_time_token::{OneTimeToken, TokenPurpose};
use crate::id::TokenId;
use crate::outage::Outage;
use crate::secret::Secret;
use crate::session::token::ForgedToken;

/// Writes and reads the text of one-time tokens (HMAC-SHA-256, at least 128 bits of tag).
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait OneTimeTokenCodec: Send + Sync {
    /// The text of the token; the same for the same id and purpose.
    fn write(&self, id: TokenId, purpose: TokenPurpose) -> Secret<String>;

    /// The id that a text names.
    ///
    /// # Errors
    /// MUST answer [`ForgedToken`] for everything that we have not written for this purpose; compared in constant time.
    fn read(&self, text: &str, purpose: TokenPurpose) -> Result<TokenId, ForgedToken>;
}

/// The records of one-time tokens; PostgreSQL. They are written and used up by the writes that they belong to.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait OneTimeTokens: Send + Sync {
    /// The record of a token that was not used or superseded.
    async fn find(&self, id: TokenId) -> Result<Option<OneTimeToken>, Outage>;

    /// The address that a token is bound to, used or not; none for a token that goes wherever its account gets mail.
    async fn find_address(&self, id: TokenId) -> Result<Option<Email>, Outage>;
}
