//! A person's account.

use chrono::{DateTime, Utc};

use crate::access::role::RoleName;
use crate::account::email::Email;
use crate::account::locale::Locale;
use crate::account::profile::{Biography, DisplayName};
use crate::account::username::Username;
use crate::id::{AvatarId, UserId};
use crate::revision::Revision;

/// The state of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountStatus {
    /// In use.
    Active,
    /// Kept out by staff.
    Suspended,
    /// Deleted softly; restorable for 30 days.
    Deleted,
}

impl AccountStatus {
    /// The name, as stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Deleted => "deleted",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        [Self::Active, Self::Suspended, Self::Deleted]
            .into_iter()
            .find(|status| status.name() == name)
    }
}

/// An account, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The name in URLs.
    pub username: Username,
    /// The name in front of people, when it is another one.
    pub display_name: Option<DisplayName>,
    /// A few words about the person.
    pub biography: Biography,
    /// The picture, when there is one.
    pub avatar: Option<AvatarId>,
    /// The address, unless a provider gave none.
    pub email: Option<Email>,
    /// When the address was confirmed.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// The language of mails.
    pub locale: Locale,
    /// The state of the account.
    pub status: AccountStatus,
    /// Counts the changes.
    pub revision: Revision,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

/// An account with the roles it holds, sorted by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserWithRoles {
    /// The account.
    pub user: User,
    /// The roles.
    pub roles: Vec<RoleName>,
}

/// What everybody may see of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicProfile {
    /// The person.
    pub id: UserId,
    /// The name in URLs.
    pub username: Username,
    /// The name in front of people, when it is another one.
    pub display_name: Option<DisplayName>,
    /// A few words about the person.
    pub biography: Biography,
    /// The picture, when there is one.
    pub avatar: Option<AvatarId>,
    /// How many of their scripts are public.
    pub public_scripts: u64,
    /// Since when they are here.
    pub created_at: DateTime<Utc>,
}
