//! "This was not me": an owner takes the account back.

use chrono::{DateTime, Utc};

use crate::access::standing::AccessEpoch;
use crate::account::one_time_token::{OneTimeToken, TokenPurpose};
use crate::audit::AuditEntry;
use crate::id::{SessionId, TokenId, UserId};
use crate::journal::Journal;

/// By what right an account is locked down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockdownGrounds {
    /// A token out of a notice.
    NotMe,
    /// A token out of the notice about another address: the address that it was mailed to is put back, too.
    UndoEmailChange,
}

impl LockdownGrounds {
    /// The purpose of the tokens that give the right.
    #[must_use]
    pub const fn purpose(self) -> TokenPurpose {
        match self {
            Self::NotMe => TokenPurpose::NotMe,
            Self::UndoEmailChange => TokenPurpose::UndoEmailChange,
        }
    }
}

/// Locking an account down: every session ends, the password stops working, mailed tokens die, and a token that sets a new
/// password goes to the owner.
///
/// The password goes, because whoever is thrown out may know it, and would be back before the owner has read the mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lockdown {
    /// The token that was shown.
    pub token: TokenId,
    /// Whose it is.
    pub user: UserId,
    /// By what right.
    pub grounds: LockdownGrounds,
    /// When.
    pub at: DateTime<Utc>,
    /// Sets a new password.
    pub reset: OneTimeToken,
    /// What the audit log says about an account that loses the address to put back, which it claimed and never confirmed. Whose
    /// account that is, only the store knows: it is the subject that the store fills in.
    pub loss: Option<AuditEntry>,
    /// The audit trail and the mail with the token.
    pub journal: Journal,
}

/// What a lockdown did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedDown {
    /// The sessions that it ended.
    pub ended: Vec<SessionId>,
    /// The epoch of the change.
    pub epoch: AccessEpoch,
}

/// Why an account was not locked down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockdownConflict {
    /// The token is unknown, used, superseded or expired, or the account is not active.
    TokenInvalid,
    /// The address to put back belongs to another account, which has confirmed it.
    EmailTaken,
}
