//! How a person comes to have an account.

use chrono::{DateTime, Utc};

use crate::access::role::RoleName;
use crate::account::one_time_token::OneTimeToken;
use crate::account::password::PasswordHash;
use crate::account::user::User;
use crate::account::username::UsernameKey;
use crate::id::UserId;
use crate::job::NewJob;
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

/// How people come to have an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RegistrationMode {
    /// Whoever registers is signed in; a taken address is told as such.
    #[default]
    Open,
    /// Nobody is told whether an address is taken; it is told in a mail to the address.
    ConfirmFirst,
    /// Nobody can register.
    Closed,
}

impl RegistrationMode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Open, Self::ConfirmFirst, Self::Closed];

    /// The name in the settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::ConfirmFirst => "confirm_first",
            Self::Closed => "closed",
        }
    }
}

/// A registration with an address that is taken, where only its owner may come to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnedAway {
    /// Whose address it is.
    pub owner: UserId,
    /// The name that was asked for.
    pub username: UsernameKey,
    /// Now.
    pub at: DateTime<Utc>,
    /// The audit trail.
    pub journal: Journal,
    /// The mail to the owner.
    pub notice: NewJob,
}

/// Why an account could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegisterConflict {
    /// Another account has the address.
    EmailTaken,
    /// Another account has the name.
    UsernameTaken,
}
