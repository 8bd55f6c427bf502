//! How hard a password is to guess.

use crate::account::password::NewPassword;

/// Judges passwords before they are accepted.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait PasswordStrength: Send + Sync {
    /// Whether a password is hard enough to guess for somebody who knows these words about its owner, such as names and
    /// addresses.
    ///
    /// # Errors
    /// [`WeakPassword`] tells the person what to do better.
    fn judge(&self, password: &NewPassword, about: &[String]) -> Result<(), WeakPassword>;
}

/// A password that is too easy to guess.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is too easy to guess: {advice}")]
pub struct WeakPassword {
    /// What makes it weak, or what to do better.
    pub advice: String,
}
