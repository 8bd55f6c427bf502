//! Roles and permissions, to be looked at.

use async_trait::async_trait;

use crate::access::impact::Holdings;
use crate::access::role::{ListedPermission, Role, RoleName};
use crate::id::UserId;
use crate::outage::Outage;

/// What roles there are, what they permit, and who holds them; PostgreSQL.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Roles: Send + Sync {
    /// All roles, sorted by name, in one query. There are at most [`MOST_ROLES`](crate::access::edit::MOST_ROLES).
    async fn list(&self) -> Result<Vec<Role>, Outage>;

    /// One role.
    async fn find(&self, name: &RoleName) -> Result<Option<Role>, Outage>;

    /// All permissions, sorted by name, in one query. There are at most
    /// [`PermissionNames::MOST`](crate::access::permission_name::PermissionNames::MOST).
    async fn list_permissions(&self) -> Result<Vec<ListedPermission>, Outage>;

    /// What somebody holds and where it comes from, whatever the state of the account.
    async fn find_holdings(&self, user: UserId) -> Result<Option<Holdings>, Outage>;
}
