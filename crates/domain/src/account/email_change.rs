//! Another address for an account: asked for, then confirmed from the new address.

use chrono::{DateTime, Utc};

use crate::access::standing::AccessEpoch;
use crate::account::email::Email;
use crate::account::one_time_token::OneTimeToken;
use crate::id::{TokenId, UserId};
use crate::journal::Journal;

/// Somebody asked for another address: nothing changes yet, and two mails go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailChangeRequest {
    /// The address to come.
    pub to: Email,
    /// Confirms it; mailed to the address to come.
    pub confirm: OneTimeToken,
    /// Puts the address of now back; mailed to that one, if there is one.
    pub undo: Option<AddressedToken>,
    /// The audit trail and the mails.
    pub journal: Journal,
}

/// A token that goes to a certain address, whatever the account's address is when it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressedToken {
    /// The token.
    pub token: OneTimeToken,
    /// Where it goes.
    pub address: Email,
}

/// The new address was shown to be in the hands of who asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailChangeConfirmation {
    /// The token that was shown.
    pub token: TokenId,
    /// Whose it is.
    pub user: UserId,
    /// Puts the address before back; mailed to that one, if there is one.
    pub undo: Option<AddressedToken>,
    /// When.
    pub at: DateTime<Utc>,
    /// The audit trail and the notices to both addresses.
    pub journal: Journal,
}

/// An address took the place of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmailChanged {
    /// The epoch of the change: a confirmed address changes what the person may do.
    pub epoch: AccessEpoch,
}

/// Why an address was not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailChangeConflict {
    /// The token is unknown, used, superseded or expired.
    TokenInvalid,
    /// Another account has the address.
    EmailTaken,
}
