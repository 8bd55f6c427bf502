//! What binds a row of the audit log to its content and its place.

use crate::audit::chain::Digest;

/// Keyed hashes (HMAC-SHA-256): nobody who has only the database can make one.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait AuditLinks: Send + Sync {
    /// The hash of a message under the key in force.
    fn hash(&self, message: &[u8]) -> Digest;

    /// Whether the hash is that of the message, under any key of ours; compared in constant time.
    fn accepts(&self, message: &[u8], digest: &Digest) -> bool;
}
