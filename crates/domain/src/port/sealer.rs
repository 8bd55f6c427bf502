//! Secrets at rest.

use crate::outage::Outage;
use crate::secret::Secret;

/// Encrypts and authenticates what is stored (AEAD), under a key that the sealed bytes name, so that keys can be rotated.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Sealer: Send + Sync {
    /// Seals a secret; it opens again only with the same `about`, such as the id of its owner.
    ///
    /// # Errors
    /// If the operating system has no randomness to give.
    fn seal(&self, about: &[u8], secret: &[u8]) -> Result<Vec<u8>, Outage>;

    /// The secret.
    ///
    /// # Errors
    /// MUST answer [`Outage::Inconsistent`] for what was not sealed by us, for this, or under a key that we still have.
    fn open(&self, about: &[u8], sealed: &[u8]) -> Result<Secret<Vec<u8>>, Outage>;
}
