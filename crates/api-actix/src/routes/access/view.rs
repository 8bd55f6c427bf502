//! How roles, permissions and the consequences of an edit look.

use chrono::{DateTime, Utc};
use domain::access::impact::{Affected, Impact};
use domain::access::permission_name::{PermissionName, PermissionNames};
use domain::access::role::{ListedPermission, Role, RoleName};
use domain::violation::Violation;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::extract::checked;
use crate::problem::Problem;

/// Whether to do it, or only to tell what it would do.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct EditQuery {
    /// Change nothing, and answer whom the change would affect and how.
    #[serde(default)]
    #[garde(skip)]
    pub(in crate::routes) dry_run: bool,
}

/// A role.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "Role")]
pub(super) struct RoleView {
    /// Its name, which stays.
    #[schema(example = "curator")]
    name: String,
    /// What it is for.
    #[schema(example = "Chooses what is featured")]
    description: String,
    /// Whether the platform cannot do without it.
    built_in: bool,
    /// Whether every new account gets it.
    default: bool,
    /// What it permits, sorted.
    #[schema(example = json!(["scripts.featured"]))]
    permissions: Vec<String>,
    /// How many accounts hold it, counted to 10,000.
    holders: u64,
    /// Whether these are all.
    holders_exact: bool,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it was changed last.
    updated_at: DateTime<Utc>,
}

impl From<&Role> for RoleView {
    fn from(role: &Role) -> Self {
        Self {
            name: role.name.to_string(),
            description: role.purpose.as_str().to_owned(),
            built_in: role.name.is_built_in(),
            default: role.is_default,
            permissions: role.permissions.to_strings(),
            holders: role.holders.number,
            holders_exact: role.holders.is_exact,
            created_at: role.created_at,
            updated_at: role.updated_at,
        }
    }
}

/// A permission.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "Permission")]
pub(super) struct PermissionView {
    /// Its name, which stays.
    #[schema(example = "scripts.featured")]
    name: String,
    /// What it permits.
    #[schema(example = "Feature scripts")]
    description: String,
    /// Whether the platform itself asks for it, so that it cannot be deleted.
    built_in: bool,
    /// The roles that give it, sorted.
    #[schema(example = json!(["admin", "moderator"]))]
    roles: Vec<String>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it was changed last.
    updated_at: DateTime<Utc>,
}

impl From<&ListedPermission> for PermissionView {
    fn from(permission: &ListedPermission) -> Self {
        Self {
            name: permission.name.to_string(),
            description: permission.purpose.as_str().to_owned(),
            built_in: permission.name.known().is_some(),
            roles: permission.roles.iter().map(ToString::to_string).collect(),
            created_at: permission.created_at,
            updated_at: permission.updated_at,
        }
    }
}

/// Whom a change would affect, all their other roles considered. Nothing was changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "Impact")]
pub(in crate::routes) struct ImpactView {
    /// Always true.
    #[schema(example = true)]
    dry_run: bool,
    /// How many accounts were looked at, to 10,000: those that hold what changes.
    holders: u64,
    /// How many of them would gain or lose a permission.
    affected: u64,
    /// Whether all that there are were looked at.
    exact: bool,
    /// Up to 20 of those that would.
    sample: Vec<AffectedView>,
}

/// An account that would gain or lose permissions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "Affected")]
pub(super) struct AffectedView {
    /// Which.
    id: Uuid,
    /// Its name.
    #[schema(example = "ada")]
    username: String,
    /// What it may not do now, and would be able to.
    #[schema(example = json!(["scripts.featured"]))]
    gained: Vec<String>,
    /// What it may do now, and would not be able to.
    #[schema(example = json!([]))]
    lost: Vec<String>,
}

impl From<&Impact> for ImpactView {
    fn from(impact: &Impact) -> Self {
        Self {
            dry_run: true,
            holders: impact.holders.number,
            affected: impact.affected.number,
            exact: impact.holders.is_exact,
            sample: impact.sample.iter().map(AffectedView::from).collect(),
        }
    }
}

impl From<&Affected> for AffectedView {
    fn from(affected: &Affected) -> Self {
        Self {
            id: affected.user.as_uuid(),
            username: affected.username.as_str().to_owned(),
            gained: affected.gained.to_strings(),
            lost: affected.lost.to_strings(),
        }
    }
}

/// Whether names make a good set of permissions.
pub(super) fn name_list(names: Vec<PermissionName>) -> Result<(), Violation> {
    PermissionNames::gather(names).map(drop)
}

/// The permissions that a body names.
pub(super) fn permissions(names: &[String]) -> Result<PermissionNames, Problem> {
    let parsed: Result<Vec<_>, _> = names
        .iter()
        .map(|name| PermissionName::parse(name))
        .collect();
    checked("permissions", parsed.and_then(PermissionNames::gather))
}

/// Where a role is.
pub(super) fn address(role: &RoleName) -> String {
    format!("/api/roles/{role}")
}
