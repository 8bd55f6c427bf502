//! What people tell about themselves.

use async_trait::async_trait;

use crate::account::profile::ProfileChange;
use crate::account::user::{PublicProfile, UserWithRoles};
use crate::account::username::UsernameKey;
use crate::outage::{Outage, StoreError};

/// Profiles; PostgreSQL.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Profiles: Send + Sync {
    /// What everybody may see of an active person.
    async fn find_public(&self, username: &UsernameKey) -> Result<Option<PublicProfile>, Outage>;

    /// Changes a profile; answers it as it is now.
    ///
    /// # Errors
    /// MUST answer [`StaleProfile`] if the profile is not at the expected revision.
    async fn change(
        &self,
        change: &ProfileChange,
    ) -> Result<UserWithRoles, StoreError<StaleProfile>>;
}

/// Somebody changed the profile in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaleProfile;
