//! What is done to roles, permissions and who holds them.

use std::collections::BTreeSet;

use crate::access::permission_name::{PermissionName, PermissionNames};
use crate::access::role::{Purpose, RoleName};
use crate::audit::{AuditAction, AuditEntry, Subject};
use crate::id::UserId;
use crate::revision::Revision;

/// The most roles that there can be, so that a list of them is one page.
pub const MOST_ROLES: usize = 200;

/// What is done to a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleEdit {
    /// Makes one.
    Create {
        /// Its name.
        role: RoleName,
        /// What it is for.
        purpose: Purpose,
        /// What it permits.
        permissions: PermissionNames,
    },
    /// Says something else about what it is for.
    Describe {
        /// Which.
        role: RoleName,
        /// What it is for.
        purpose: Purpose,
        /// The state that was seen.
        expected: Revision,
    },
    /// Lets it permit exactly this.
    SetPermissions {
        /// Which.
        role: RoleName,
        /// What it permits from now on.
        permissions: PermissionNames,
        /// The state that was seen.
        expected: Revision,
    },
    /// Deletes it.
    Delete {
        /// Which.
        role: RoleName,
        /// What its holders get instead.
        reassign_to: Option<RoleName>,
        /// The state that was seen, if that matters.
        expected: Option<Revision>,
    },
}

impl RoleEdit {
    /// The role.
    #[must_use]
    pub const fn role(&self) -> &RoleName {
        match self {
            Self::Create { role, .. }
            | Self::Describe { role, .. }
            | Self::SetPermissions { role, .. }
            | Self::Delete { role, .. } => role,
        }
    }
}

/// What is done to a permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PermissionEdit {
    /// Makes one, and gives it to `admin`, who holds everything.
    Create {
        /// Its name.
        permission: PermissionName,
        /// What it permits.
        purpose: Purpose,
    },
    /// Says something else about what it permits.
    Describe {
        /// Which.
        permission: PermissionName,
        /// What it permits.
        purpose: Purpose,
    },
    /// Deletes it, and takes it from every role.
    Delete {
        /// Which.
        permission: PermissionName,
    },
}

impl PermissionEdit {
    /// The permission.
    #[must_use]
    pub const fn permission(&self) -> &PermissionName {
        match self {
            Self::Create { permission, .. }
            | Self::Describe { permission, .. }
            | Self::Delete { permission } => permission,
        }
    }
}

/// Lets a person hold exactly these roles. Who granted what stays, and when, is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleAssignment {
    /// Whom.
    pub user: UserId,
    /// Which roles.
    pub roles: BTreeSet<RoleName>,
}

/// Any of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccessEdit {
    /// Something is done to a role.
    Role(RoleEdit),
    /// Something is done to a permission.
    Permission(PermissionEdit),
    /// Somebody gets other roles.
    Assignment(RoleAssignment),
}

impl AccessEdit {
    /// The name of the act in the audit log.
    #[must_use]
    pub const fn action(&self) -> AuditAction {
        match self {
            Self::Role(RoleEdit::Create { .. }) => AuditAction::CreateRole,
            Self::Role(RoleEdit::Describe { .. }) => AuditAction::DescribeRole,
            Self::Role(RoleEdit::SetPermissions { .. }) => AuditAction::SetRolePermissions,
            Self::Role(RoleEdit::Delete { .. }) => AuditAction::DeleteRole,
            Self::Permission(PermissionEdit::Create { .. }) => AuditAction::CreatePermission,
            Self::Permission(PermissionEdit::Describe { .. }) => AuditAction::DescribePermission,
            Self::Permission(PermissionEdit::Delete { .. }) => AuditAction::DeletePermission,
            Self::Assignment(_) => AuditAction::ChangeRoles,
        }
    }

    /// What the audit log says was acted upon.
    #[must_use]
    pub const fn subject(&self) -> Subject {
        match self {
            Self::Role(_) => Subject::Role,
            Self::Permission(_) => Subject::Permission,
            Self::Assignment(assignment) => Subject::User(assignment.user),
        }
    }
}

/// One edit, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessDecision {
    /// What is done.
    pub edit: AccessEdit,
    /// Who does it; `None` is the operator, who stands above everybody.
    pub by: Option<UserId>,
    /// The audit row. What was there before and what is there now is added by whoever writes it: only under the lock of the
    /// write is it certain.
    pub entry: AuditEntry,
}

/// Why nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccessConflict {
    /// What was to be changed is not there.
    NotFound,
    /// It has changed since it was read.
    Stale,
    /// There is one of this name.
    NameTaken,
    /// There are as many as there can be.
    TooMany,
    /// There are no such roles.
    UnknownRoles(Vec<RoleName>),
    /// There are no such permissions.
    UnknownPermissions(PermissionNames),
    /// The person holds these permissions, and the actor does not.
    Above(PermissionNames),
    /// The edit reaches these permissions, which the actor does not hold.
    Beyond(PermissionNames),
    /// The platform cannot do without it.
    BuiltIn,
    /// So many accounts hold the role, and it is not said what they get instead.
    InUse(u64),
    /// Nobody else administers the platform.
    LastAdmin,
}
