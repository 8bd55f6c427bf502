//! Confirming an address.

use chrono::{DateTime, Utc};

use crate::id::{TokenId, UserId};
use crate::journal::Journal;

/// Confirming an address: uses the token up and marks the address, in one write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailVerification {
    /// The token that was shown.
    pub token: TokenId,
    /// Whose it is.
    pub user: UserId,
    /// Now.
    pub at: DateTime<Utc>,
    /// The audit trail.
    pub journal: Journal,
}
