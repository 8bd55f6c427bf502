//! One-time tokens, and confirming an address with one.

use chrono::{DateTime, TimeDelta, Utc};

use crate::id::{TokenId, UserId};
use crate::journal::Journal;

/// How long a mailed confirmation works.
pub const VERIFICATION_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// At most so many verification mails an hour for one account.
pub const VERIFICATION_MAILS_PER_HOUR: u32 = 3;

/// What a one-time token is good for; a token for one purpose is worthless for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenPurpose {
    /// Confirms an address.
    VerifyEmail,
}

impl TokenPurpose {
    /// The name, as stored and as bound into the token.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
        }
    }

    /// The purpose of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        (name == Self::VerifyEmail.name()).then_some(Self::VerifyEmail)
    }
}

/// The record of a token; the token itself is derived from key, purpose and id, and stored nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OneTimeToken {
    /// Its id.
    pub id: TokenId,
    /// Whose it is.
    pub user: UserId,
    /// What it is good for.
    pub purpose: TokenPurpose,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
}

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

/// Why a token did not work. One answer for unknown, used and expired ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenConflict {
    /// Unknown, used, superseded or expired.
    Invalid,
}

/// A new verification token for an account that still needs one, and its mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationRenewal {
    /// The new token; older ones of the same purpose stop working.
    pub token: OneTimeToken,
    /// Audit trail and the mail.
    pub journal: Journal,
}
