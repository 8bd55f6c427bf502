//! Recovery codes: random, and stored as keyed hashes.

use crate::account::second_factor::{RecoveryCode, RecoveryDigest};
use crate::id::UserId;
use crate::outage::Outage;

/// Makes recovery codes and their digests (HMAC-SHA-256 of owner and code).
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait RecoveryCodes: Send + Sync {
    /// A new random code of 80 bits.
    ///
    /// # Errors
    /// If the operating system has no randomness to give.
    fn new_code(&self) -> Result<RecoveryCode, Outage>;

    /// The digests that the code of a person may be stored as: one for each key, that of the key in force first.
    fn digests(&self, user: UserId, code: &RecoveryCode) -> Vec<RecoveryDigest>;
}
