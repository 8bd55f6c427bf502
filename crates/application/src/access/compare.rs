//! Comparing what the code checks with what the tables hold.

use std::sync::Arc;

use domain::access::permission_name::PermissionNames;
use domain::access::role::RoleName;
use domain::outage::Outage;
use domain::port::roles::Roles;

/// Finds out whether the tables fit the code that is running.
pub struct ComparePermissions {
    /// Knows the roles.
    pub roles: Arc<dyn Roles>,
}

/// Where the tables do not fit. They are put right by a migration, never by the server.
#[derive(Debug, PartialEq, Eq)]
pub struct Differences {
    /// What the code checks, and the table of permissions does not have: nobody can be permitted it.
    pub unknown: PermissionNames,
    /// What is there and not given to `admin`, who holds everything.
    pub kept_from_admin: PermissionNames,
}

impl Differences {
    /// Whether everything fits.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.unknown.is_empty() && self.kept_from_admin.is_empty()
    }
}

impl ComparePermissions {
    /// Compares.
    ///
    /// # Errors
    /// An outage.
    pub async fn run(&self) -> Result<Differences, Outage> {
        let listed = self.roles.list_permissions().await?;
        let admin = RoleName::admin();
        let names = listed.iter().map(|permission| permission.name.clone());
        let all: PermissionNames = names.collect();
        let kept = listed
            .iter()
            .filter(|permission| !permission.roles.contains(&admin));
        Ok(Differences {
            unknown: PermissionNames::known().without(&all),
            kept_from_admin: kept.map(|permission| permission.name.clone()).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use domain::access::permission::Permission;
    use domain::access::role::{ListedPermission, Purpose};
    use domain::port::roles::MockRoles;

    async fn differences(change: impl Fn(&mut Vec<ListedPermission>)) -> Differences {
        let of = |permission: &Permission| ListedPermission {
            name: (*permission).into(),
            purpose: Purpose::default(),
            roles: vec![RoleName::admin()],
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        };
        let mut listed: Vec<_> = Permission::ALL.iter().map(of).collect();
        change(&mut listed);
        let mut roles = MockRoles::new();
        roles
            .expect_list_permissions()
            .returning(move || Ok(listed.clone()));
        let roles = Arc::new(roles);
        ComparePermissions { roles }.run().await.unwrap()
    }

    #[tokio::test]
    async fn tables_that_fit_differ_in_nothing() {
        assert!(differences(|_| ()).await.is_none());
    }

    #[tokio::test]
    async fn a_permission_that_is_missing_or_kept_from_admin_is_told() {
        let missing = differences(|listed| drop(listed.remove(0))).await;
        assert_eq!(missing.unknown.to_strings(), ["auth.email"]);
        let kept = differences(|listed| listed[0].roles.clear()).await;
        assert_eq!(kept.kept_from_admin.to_strings(), ["auth.email"]);
        assert!(!kept.is_none());
    }
}
