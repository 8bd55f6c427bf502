//! Codes that change with time, as authenticators make them.

use chrono::{DateTime, Utc};

use crate::account::second_factor::{TotpSecret, TotpStep};
use crate::outage::Outage;
use crate::secret::Secret;

/// Time-based one-time passwords: RFC 6238 with SHA-1, 6 digits and steps of 30 s, which is what every authenticator knows.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait OneTimePasswords: Send + Sync {
    /// A new random secret of 160 bits.
    ///
    /// # Errors
    /// If the operating system has no randomness to give.
    fn new_secret(&self) -> Result<TotpSecret, Outage>;

    /// What a person needs to take a secret over into an authenticator, where it is shown under this name.
    ///
    /// # Errors
    /// [`Outage::Inconsistent`] for a secret that is none.
    fn sheet(&self, secret: &TotpSecret, account: &str) -> Result<EnrolmentSheet, Outage>;

    /// The step after `after` whose code this is: the one that `now` lies in, or a neighbour of it.
    ///
    /// MUST compare in constant time.
    fn find_step(
        &self,
        secret: &TotpSecret,
        code: &str,
        now: DateTime<Utc>,
        after: Option<TotpStep>,
    ) -> Option<TotpStep>;
}

/// A secret in the forms that authenticators take. Shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentSheet {
    /// The secret in base32, for typing.
    pub secret: Secret<String>,
    /// The `otpauth:` URI.
    pub uri: Secret<String>,
    /// The URI as a QR code, in SVG.
    pub qr_svg: Secret<String>,
}
