//! Hashing passwords, off the threads that serve requests and in bounded number.
#![cfg_attr(
    feature = "mocks",
    expect(
        clippy::ref_option_ref,
        reason = "the mock that mockall writes for an optional reference"
    )
)]

use async_trait::async_trait;

use crate::account::password::{ClaimedPassword, NewPassword, PasswordCheck, PasswordHash};
use crate::outage::Outage;

/// Hashes and compares passwords (bcrypt).
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// Hashes a new password.
    ///
    /// # Errors
    /// [`Outage::Overloaded`] if the queue is full.
    async fn hash(&self, password: &NewPassword) -> Result<PasswordHash, Outage>;

    /// Compares a claim with a stored hash. With no hash to compare with it takes the same time and answers
    /// [`PasswordCheck::Differs`].
    ///
    /// # Errors
    /// [`Outage::Overloaded`] if the queue is full.
    async fn check<'a>(
        &self,
        claim: &ClaimedPassword,
        hash: Option<&'a PasswordHash>,
    ) -> Result<PasswordCheck, Outage>;
}
