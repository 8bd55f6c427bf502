//! Looking at roles, permissions, and why somebody may do something.

use std::sync::Arc;

use domain::access::authority::Authority;
use domain::access::impact::{Explanation, Holdings};
use domain::access::permission_name::PermissionName;
use domain::access::proof::{ReadRoles, ReadUsers};
use domain::access::role::{ListedPermission, Role, RoleName};
use domain::id::UserId;
use domain::outage::Outage;
use domain::port::roles::Roles;

/// Shows who may do what, and why.
pub struct ReadAccess {
    /// Knows the roles.
    pub roles: Arc<dyn Roles>,
}

/// Why something is not shown.
#[derive(Debug, thiserror::Error)]
pub enum ReadAccessError {
    /// It is not there.
    #[error("there is no such thing")]
    NotFound,
    /// We could not find out.
    #[error(transparent)]
    Outage(#[from] Outage),
}

/// What somebody may do, and why.
#[derive(Debug)]
pub struct Explained {
    /// Who, and what they hold.
    pub holdings: Holdings,
    /// One explanation for each permission that was asked for.
    pub permissions: Vec<Explanation>,
}

impl ReadAccess {
    /// All roles.
    ///
    /// # Errors
    /// An outage.
    pub async fn list(&self, _by: &Authority<ReadRoles>) -> Result<Vec<Role>, Outage> {
        self.roles.list().await
    }

    /// One role.
    ///
    /// # Errors
    /// See [`ReadAccessError`].
    pub async fn find(
        &self,
        _by: &Authority<ReadRoles>,
        name: &RoleName,
    ) -> Result<Role, ReadAccessError> {
        self.after_edit(name).await
    }

    /// One role as it is now, for whoever has just edited it.
    ///
    /// # Errors
    /// See [`ReadAccessError`].
    pub async fn after_edit(&self, name: &RoleName) -> Result<Role, ReadAccessError> {
        let found = self.roles.find(name).await?;
        found.ok_or(ReadAccessError::NotFound)
    }

    /// All permissions.
    ///
    /// # Errors
    /// An outage.
    pub async fn list_permissions(
        &self,
        _by: &Authority<ReadRoles>,
    ) -> Result<Vec<ListedPermission>, Outage> {
        self.roles.list_permissions().await
    }

    /// One permission as it is now, for whoever has just edited it.
    ///
    /// # Errors
    /// See [`ReadAccessError`].
    pub async fn permission_after_edit(
        &self,
        name: &PermissionName,
    ) -> Result<ListedPermission, ReadAccessError> {
        let mut listed = self.roles.list_permissions().await?.into_iter();
        let found = listed.find(|permission| permission.name == *name);
        found.ok_or(ReadAccessError::NotFound)
    }

    /// Why somebody may do this, or why not; without a permission, why they may do whatever they may.
    ///
    /// # Errors
    /// See [`ReadAccessError`].
    pub async fn explain(
        &self,
        _by: &Authority<ReadUsers>,
        user: UserId,
        permission: Option<PermissionName>,
    ) -> Result<Explained, ReadAccessError> {
        let holdings = self.roles.find_holdings(user).await?;
        let holdings = holdings.ok_or(ReadAccessError::NotFound)?;
        let listed = self.roles.list_permissions().await?;
        let explain = |name: PermissionName| {
            let known = listed.iter().find(|permission| permission.name == name);
            holdings.explain(name, known.map(|permission| permission.roles.as_slice()))
        };
        let permissions = match permission {
            Some(name) => vec![explain(name)],
            None => holdings
                .permissions()
                .iter()
                .cloned()
                .map(explain)
                .collect(),
        };
        Ok(Explained {
            holdings,
            permissions,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use domain::access::impact::{Grant, Obstacle};
    use domain::access::role::Purpose;
    use domain::account::user::AccountStatus;
    use domain::account::username::Username;
    use domain::port::roles::MockRoles;
    use uuid::Uuid;

    fn name(text: &str) -> PermissionName {
        PermissionName::parse(text).unwrap()
    }

    /// Grace is a moderator, who reads the audit log.
    fn world() -> ReadAccess {
        let mut roles = MockRoles::new();
        roles.expect_find_holdings().returning(|user| {
            let is_grace = user.as_uuid() == Uuid::from_u128(1);
            Ok(is_grace.then(|| Holdings {
                user,
                username: Username::parse("grace").unwrap(),
                status: AccountStatus::Active,
                email_verified: true,
                grants: vec![Grant {
                    role: RoleName::moderator(),
                    permissions: std::iter::once(name("audit.read")).collect(),
                    by: None,
                    at: DateTime::UNIX_EPOCH,
                }],
            }))
        });
        roles.expect_list_permissions().returning(|| {
            let listed = |text, roles| ListedPermission {
                name: name(text),
                purpose: Purpose::default(),
                roles,
                created_at: DateTime::UNIX_EPOCH,
                updated_at: DateTime::UNIX_EPOCH,
            };
            Ok(vec![
                listed("audit.read", vec![RoleName::admin(), RoleName::moderator()]),
                listed("users.roles", vec![RoleName::admin()]),
            ])
        });
        ReadAccess {
            roles: Arc::new(roles),
        }
    }

    async fn ask(n: u128, permission: Option<&str>) -> Result<Explained, ReadAccessError> {
        let user = UserId::new(Uuid::from_u128(n));
        let by = Authority::operator();
        world().explain(&by, user, permission.map(name)).await
    }

    #[tokio::test]
    async fn whoever_asks_for_nothing_in_particular_is_told_of_everything_that_is_held() {
        let explained = ask(1, None).await.unwrap();
        let [audit] = explained.permissions.as_slice() else {
            panic!("one permission is held");
        };
        assert_eq!(audit.permission, name("audit.read"));
        assert_eq!(audit.obstacle, None);
    }

    #[tokio::test]
    async fn whoever_asks_for_what_is_not_held_is_told_which_role_would_give_it() {
        let explained = ask(1, Some("users.roles")).await.unwrap();
        let answer = explained.permissions.first().unwrap();
        assert_eq!(answer.obstacle, Some(Obstacle::NoRole));
        assert_eq!(answer.other_roles, [RoleName::admin()]);
        let unknown = ask(1, Some("scripts.fly")).await.unwrap();
        let obstacle = unknown.permissions.first().unwrap().obstacle;
        assert_eq!(obstacle, Some(Obstacle::UnknownPermission));
    }

    #[tokio::test]
    async fn of_somebody_who_is_not_there_nothing_is_told() {
        assert!(matches!(ask(2, None).await, Err(ReadAccessError::NotFound)));
    }
}
