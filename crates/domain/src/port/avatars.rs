//! Whose picture is which.

use async_trait::async_trait;

use crate::account::avatar::AvatarChange;
use crate::account::user::UserWithRoles;
use crate::id::AvatarId;
use crate::outage::{Outage, StoreError};

/// Avatars of accounts; PostgreSQL.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Avatars: Send + Sync {
    /// Gives a person another avatar, or none, with its audit trail, atomically. Of changes at the same time the last one stays,
    /// and each avatar that was replaced is told to exactly one of them.
    ///
    /// # Errors
    /// MUST answer [`NobodyThere`] if the account is not active.
    async fn change(&self, change: &AvatarChange)
    -> Result<AvatarChanged, StoreError<NobodyThere>>;

    /// Those of the avatars that no account has, deleted accounts included: they can come back.
    async fn list_unused(&self, avatars: &[AvatarId]) -> Result<Vec<AvatarId>, Outage>;
}

/// What a change did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvatarChanged {
    /// The account as it is now.
    pub account: UserWithRoles,
    /// The avatar that it had before.
    pub replaced: Option<AvatarId>,
}

/// There is no active account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NobodyThere;
