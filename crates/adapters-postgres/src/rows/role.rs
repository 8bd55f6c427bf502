//! Roles and permissions as rows.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz};
use domain::access::impact::{Affected, Grant};
use domain::access::permission_name::{PermissionName, PermissionNames};
use domain::access::role::{Counted, ListedPermission, Purpose, Role, RoleName};
use domain::access::scene::KnownRole;
use domain::account::username::Username;
use domain::id::UserId;
use domain::revision::Revision;
use uuid::Uuid;

use crate::failure::Damage;

/// The name of a role as it is stored.
pub(crate) fn role_name(stored: &str) -> Result<RoleName, Damage> {
    RoleName::parse(stored).map_err(|_broken| Damage::new("roles.name", stored))
}

/// Names of permissions as they are stored.
pub(crate) fn permission_names(stored: Vec<String>) -> PermissionNames {
    stored.into_iter().map(PermissionName::restore).collect()
}

/// A role with everything about it.
#[derive(QueryableByName)]
pub(crate) struct RoleRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    description: String,
    #[diesel(sql_type = Bool)]
    is_default: bool,
    #[diesel(sql_type = Array<Text>)]
    permissions: Vec<String>,
    #[diesel(sql_type = BigInt)]
    holders: i64,
    #[diesel(sql_type = BigInt)]
    revision: i64,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
}

impl RoleRow {
    pub(crate) fn into_role(self) -> Result<Role, Damage> {
        Ok(Role {
            name: role_name(&self.name)?,
            purpose: Purpose::restore(self.description),
            is_default: self.is_default,
            permissions: permission_names(self.permissions),
            holders: Counted::restore(self.holders),
            revision: Revision::restore(self.revision),
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// A role as the rules see it.
#[derive(QueryableByName)]
pub(crate) struct KnownRoleRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    description: String,
    #[diesel(sql_type = Array<Text>)]
    permissions: Vec<String>,
    #[diesel(sql_type = BigInt)]
    revision: i64,
}

impl KnownRoleRow {
    pub(crate) fn into_known(self) -> Result<(RoleName, KnownRole), Damage> {
        let known = KnownRole {
            purpose: Purpose::restore(self.description),
            permissions: permission_names(self.permissions),
            revision: Revision::restore(self.revision),
        };
        Ok((role_name(&self.name)?, known))
    }
}

/// A permission with the roles that give it.
#[derive(QueryableByName)]
pub(crate) struct PermissionRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    description: String,
    #[diesel(sql_type = Array<Text>)]
    roles: Vec<String>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
}

impl PermissionRow {
    pub(crate) fn into_permission(self) -> Result<ListedPermission, Damage> {
        let roles: Result<Vec<_>, Damage> =
            self.roles.iter().map(|stored| role_name(stored)).collect();
        Ok(ListedPermission {
            name: PermissionName::restore(self.name),
            purpose: Purpose::restore(self.description),
            roles: roles?,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// A role that somebody holds.
#[derive(QueryableByName)]
pub(crate) struct GrantRow {
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Array<Text>)]
    permissions: Vec<String>,
    #[diesel(sql_type = Nullable<diesel::sql_types::Uuid>)]
    granted_by: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    granted_by_name: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    granted_at: DateTime<Utc>,
}

impl GrantRow {
    pub(crate) fn into_grant(self) -> Result<Grant, Damage> {
        let by = self.granted_by.zip(self.granted_by_name);
        Ok(Grant {
            role: role_name(&self.role)?,
            permissions: permission_names(self.permissions),
            by: by.map(|(id, name)| (UserId::new(id), Username::restore(name))),
            at: self.granted_at,
        })
    }
}

/// How many an edit affects, and one of them, if there is one.
#[derive(QueryableByName)]
pub(crate) struct ImpactRow {
    #[diesel(sql_type = BigInt)]
    pub(crate) rows: i64,
    #[diesel(sql_type = BigInt)]
    pub(crate) holders: i64,
    #[diesel(sql_type = BigInt)]
    pub(crate) affected: i64,
    #[diesel(sql_type = Nullable<diesel::sql_types::Uuid>)]
    user_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    username: Option<String>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    names: Option<Vec<String>>,
}

impl ImpactRow {
    /// The person, whose changed permissions are told apart by what the edit gives.
    pub(crate) fn into_affected(self, given: &PermissionNames) -> Option<Affected> {
        let changed = permission_names(self.names?);
        let lost = changed.without(given);
        Some(Affected {
            user: UserId::new(self.user_id?),
            username: Username::restore(self.username?),
            gained: changed.without(&lost),
            lost,
        })
    }
}
