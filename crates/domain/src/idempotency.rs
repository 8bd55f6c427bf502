//! Doing a thing once, however often it is asked for.
//!
//! Follows draft-ietf-httpapi-idempotency-key-header-07: a key names one request of one caller for
//! 24 hours. The answer is stored in the transaction of its effect, so it exists exactly when the effect does.

use chrono::{DateTime, TimeDelta, Utc};

use crate::violation::{Unit, Violation};

/// How long a key is remembered.
pub const RETENTION: TimeDelta = TimeDelta::hours(24);

/// A key as the client chose it: 1 to 255 printable ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Takes the value of an `Idempotency-Key` header, with or without the quotes of a structured field.
    ///
    /// # Errors
    /// The rule that the key breaks.
    pub fn parse(input: &str) -> Result<Self, Violation> {
        let bare = input
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .unwrap_or(input);
        if bare.is_empty() {
            return Err(Violation::Required);
        }
        if bare.len() > 255 {
            return Err(Violation::TooLong {
                max: 255,
                unit: Unit::Bytes,
            });
        }
        if !bare.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
            return Err(Violation::Malformed("printable ASCII"));
        }
        Ok(Self(bare.to_owned()))
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which request of whom a stored answer belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestIdentity {
    /// Caller, method and path: keys of different callers or routes never meet.
    pub scope: String,
    /// The client's key.
    pub key: IdempotencyKey,
    /// SHA-256 of the request body: the same key with another body is a mistake of the client.
    pub fingerprint: [u8; 32],
}

/// An answer that can be given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReply {
    /// HTTP status.
    pub status: u16,
    /// Headers worth repeating (`Location`, `ETag`).
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

/// What a write stores beside its effect, so that a repetition gets the same answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// Whose request this is.
    pub request: RequestIdentity,
    /// What it was answered.
    pub reply: StoredReply,
    /// When the key is forgotten.
    pub expires_at: DateTime<Utc>,
}

/// Why a keyed write did not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdempotencyConflict {
    /// The same request is being worked on right now.
    InProgress,
    /// The request was done already; its answer is stored.
    AlreadyDone,
}
