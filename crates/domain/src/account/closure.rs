//! How an account ends, and how it comes back.

use chrono::{DateTime, TimeDelta, Utc};

use crate::access::standing::AccessEpoch;
use crate::id::{SessionId, UserId};
use crate::journal::Journal;

/// How long a deleted account can be brought back.
pub const RESTORABLE: TimeDelta = TimeDelta::days(30);

/// Deleting an account softly: every session ends and every mailed token dies, in one write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountDeletion {
    /// Which account.
    pub user: UserId,
    /// When.
    pub at: DateTime<Utc>,
    /// The audit trail and the mail.
    pub journal: Journal,
}

/// What a deletion did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountDeleted {
    /// The sessions that it ended.
    pub ended: Vec<SessionId>,
    /// The epoch of the change.
    pub epoch: AccessEpoch,
}

/// Bringing an account back. Nobody is signed in by it: that is another act, which may ask for a second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRestoration {
    /// Which account.
    pub user: UserId,
    /// When; [`RESTORABLE`] after the deletion it is too late.
    pub at: DateTime<Utc>,
    /// The audit trail and the mail.
    pub journal: Journal,
}

/// Why an account was neither deleted nor brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClosureConflict {
    /// It is not in the state that the act is for, or it is too late.
    WrongState,
    /// It is the last account that administers the platform.
    LastAdmin,
}
