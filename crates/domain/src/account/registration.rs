//! How a person comes to have an account.

use crate::access::role::RoleName;
use crate::account::one_time_token::OneTimeToken;
use crate::account::password::PasswordHash;
use crate::account::user::User;
use crate::journal::Journal;
use crate::session::Session;

/// Everything one registration writes: all of it lands, or none of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The account.
    pub user: User,
    /// The roles it starts with.
    pub roles: Vec<RoleName>,
    /// The password of the `email` identity.
    pub password: PasswordHash,
    /// The token that confirms the address; none for an account whose address is confirmed already.
    pub verification: Option<OneTimeToken>,
    /// The session that the new person is signed in with, where they are.
    pub session: Option<Session>,
    /// Audit trail and the mail.
    pub journal: Journal,
}

/// Why an account could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegisterConflict {
    /// Another account has the address.
    EmailTaken,
    /// Another account has the name.
    UsernameTaken,
}
