//! What a session may do right now.

use crate::access::permission::PermissionSet;
use crate::account::user::AccountStatus;
use crate::id::{SessionId, UserId};

/// Counts the writes that changed what somebody may do; the order of epochs is the order of commits.
///
/// A copy of somebody's permissions carries the epoch that it was read at, and is ignored when a later
/// one concerns the same person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct AccessEpoch(pub i64);

/// A person's rights, as read from the primary at one epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights {
    /// The state of the account.
    pub status: AccountStatus,
    /// Whether the address was confirmed.
    pub email_verified: bool,
    /// Everything the person's roles permit.
    pub permissions: PermissionSet,
    /// When, in epochs, this was true.
    pub epoch: AccessEpoch,
}

/// A living session and the rights of its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The session.
    pub session: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// What they may do.
    pub rights: Rights,
}

/// One thing that changed, for whoever keeps copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessChange {
    /// The rights of one person.
    User {
        /// Whose.
        user: UserId,
        /// The epoch of the write.
        epoch: AccessEpoch,
    },
    /// The rights of everybody who holds some role.
    Everybody {
        /// The epoch of the write.
        epoch: AccessEpoch,
    },
    /// A session ended.
    SessionEnded(SessionId),
}
