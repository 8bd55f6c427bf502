//! The statements of an edit that may be done.

use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::access::edit::{
    AccessConflict, AccessDecision, PermissionEdit, RoleAssignment, RoleEdit,
};
use domain::access::permission_name::{PermissionName, PermissionNames};
use domain::access::role::{Purpose, RoleName};
use domain::id::UserId;

use super::Refusal;
use crate::failure::OnUnique;
use crate::statement::handwritten;

pub(super) async fn role(
    wire: &AsyncPgConnection,
    edit: &RoleEdit,
    decision: &AccessDecision,
) -> Result<(), Refusal> {
    match edit {
        RoleEdit::Create {
            role,
            purpose,
            permissions,
        } => create_role(wire, role, purpose, permissions).await,
        RoleEdit::Describe { role, purpose, .. } => describe_role(wire, role, purpose).await,
        RoleEdit::SetPermissions {
            role, permissions, ..
        } => set_permissions(wire, role, permissions).await,
        RoleEdit::Delete {
            role, reassign_to, ..
        } => {
            if let Some(other) = reassign_to {
                reassign(wire, role, other, decision).await?;
            }
            delete_role(wire, role).await
        }
    }
}

async fn create_role(
    mut wire: &AsyncPgConnection,
    role: &RoleName,
    purpose: &Purpose,
    permissions: &PermissionNames,
) -> Result<(), Refusal> {
    handwritten(
        "WITH made AS (INSERT INTO roles (name, description) VALUES ($1, $2) RETURNING id) \
         INSERT INTO role_permissions (role_id, permission_id) \
         SELECT made.id, p.id FROM made, permissions p WHERE p.name = ANY ($3)",
    )
    .bind::<Text, _>(role.as_str())
    .bind::<Text, _>(purpose.as_str())
    .bind::<Array<Text>, _>(permissions.to_strings())
    .execute(&mut wire)
    .await
    .on_unique("roles_name_key", AccessConflict::NameTaken)?;
    Ok(())
}

async fn describe_role(
    mut wire: &AsyncPgConnection,
    role: &RoleName,
    purpose: &Purpose,
) -> Result<(), Refusal> {
    handwritten("UPDATE roles SET description = $2, revision = revision + 1 WHERE name = $1")
        .bind::<Text, _>(role.as_str())
        .bind::<Text, _>(purpose.as_str())
        .execute(&mut wire)
        .await?;
    Ok(())
}

async fn set_permissions(
    mut wire: &AsyncPgConnection,
    role: &RoleName,
    permissions: &PermissionNames,
) -> Result<(), Refusal> {
    handwritten(
        "DELETE FROM role_permissions rp USING roles r, permissions p \
         WHERE r.name = $1 AND rp.role_id = r.id AND p.id = rp.permission_id AND p.name <> ALL ($2)",
    )
    .bind::<Text, _>(role.as_str())
    .bind::<Array<Text>, _>(permissions.to_strings())
    .execute(&mut wire)
    .await?;
    handwritten(
        "WITH changed AS (UPDATE roles SET revision = revision + 1 WHERE name = $1 RETURNING id) \
         INSERT INTO role_permissions (role_id, permission_id) \
         SELECT changed.id, p.id FROM changed, permissions p WHERE p.name = ANY ($2) \
         ON CONFLICT ON CONSTRAINT role_permissions_pkey DO NOTHING",
    )
    .bind::<Text, _>(role.as_str())
    .bind::<Array<Text>, _>(permissions.to_strings())
    .execute(&mut wire)
    .await?;
    Ok(())
}

/// Gives whoever holds the role another one; who holds that already keeps it as it was granted.
async fn reassign(
    mut wire: &AsyncPgConnection,
    role: &RoleName,
    other: &RoleName,
    decision: &AccessDecision,
) -> Result<(), Refusal> {
    handwritten(
        "INSERT INTO user_roles (user_id, role_id, granted_by, granted_at) \
         SELECT ur.user_id, other.id, $3, $4 FROM user_roles ur JOIN roles r ON r.id = ur.role_id, roles other \
         WHERE r.name = $1 AND other.name = $2 \
         ON CONFLICT ON CONSTRAINT user_roles_pkey DO NOTHING",
    )
    .bind::<Text, _>(role.as_str())
    .bind::<Text, _>(other.as_str())
    .bind::<Nullable<Uuid>, _>(decision.by.map(UserId::as_uuid))
    .bind::<Timestamptz, _>(decision.entry.at)
    .execute(&mut wire)
    .await?;
    handwritten("DELETE FROM user_roles ur USING roles r WHERE r.id = ur.role_id AND r.name = $1")
        .bind::<Text, _>(role.as_str())
        .execute(&mut wire)
        .await?;
    Ok(())
}

async fn delete_role(mut wire: &AsyncPgConnection, role: &RoleName) -> Result<(), Refusal> {
    handwritten("DELETE FROM roles WHERE name = $1")
        .bind::<Text, _>(role.as_str())
        .execute(&mut wire)
        .await?;
    Ok(())
}

pub(super) async fn permission(
    wire: &AsyncPgConnection,
    edit: &PermissionEdit,
) -> Result<(), Refusal> {
    match edit {
        PermissionEdit::Create {
            permission,
            purpose,
        } => create_permission(wire, permission, purpose).await,
        PermissionEdit::Describe {
            permission,
            purpose,
        } => describe_permission(wire, permission, purpose).await,
        PermissionEdit::Delete { permission } => delete_permission(wire, permission).await,
    }
}

/// Whoever administers the platform holds everything, so the new one goes to `admin`.
async fn create_permission(
    mut wire: &AsyncPgConnection,
    permission: &PermissionName,
    purpose: &Purpose,
) -> Result<(), Refusal> {
    handwritten(
        "WITH made AS (INSERT INTO permissions (name, description) VALUES ($1, $2) RETURNING id), \
             changed AS (UPDATE roles SET revision = revision + 1 WHERE name = 'admin' RETURNING id) \
         INSERT INTO role_permissions (role_id, permission_id) SELECT changed.id, made.id FROM changed, made",
    )
    .bind::<Text, _>(permission.as_str())
    .bind::<Text, _>(purpose.as_str())
    .execute(&mut wire)
    .await
    .on_unique("permissions_name_key", AccessConflict::NameTaken)?;
    Ok(())
}

async fn describe_permission(
    mut wire: &AsyncPgConnection,
    permission: &PermissionName,
    purpose: &Purpose,
) -> Result<(), Refusal> {
    handwritten("UPDATE permissions SET description = $2 WHERE name = $1")
        .bind::<Text, _>(permission.as_str())
        .bind::<Text, _>(purpose.as_str())
        .execute(&mut wire)
        .await?;
    Ok(())
}

async fn delete_permission(
    mut wire: &AsyncPgConnection,
    permission: &PermissionName,
) -> Result<(), Refusal> {
    handwritten(
        "UPDATE roles SET revision = revision + 1 WHERE id IN ( \
             SELECT rp.role_id FROM role_permissions rp JOIN permissions p ON p.id = rp.permission_id WHERE p.name = $1)",
    )
    .bind::<Text, _>(permission.as_str())
    .execute(&mut wire)
    .await?;
    handwritten("DELETE FROM permissions WHERE name = $1")
        .bind::<Text, _>(permission.as_str())
        .execute(&mut wire)
        .await?;
    Ok(())
}

/// What stays is not touched, so who granted it, and when, stays too.
pub(super) async fn assignment(
    mut wire: &AsyncPgConnection,
    assignment: &RoleAssignment,
    decision: &AccessDecision,
) -> Result<(), Refusal> {
    let roles: Vec<_> = assignment.roles.iter().map(RoleName::as_str).collect();
    handwritten(
        "DELETE FROM user_roles ur USING roles r WHERE r.id = ur.role_id AND ur.user_id = $1 AND r.name <> ALL ($2)",
    )
    .bind::<Uuid, _>(assignment.user.as_uuid())
    .bind::<Array<Text>, _>(roles.clone())
    .execute(&mut wire)
    .await?;
    handwritten(
        "INSERT INTO user_roles (user_id, role_id, granted_by, granted_at) \
         SELECT $1, r.id, $3, $4 FROM roles r WHERE r.name = ANY ($2) \
         ON CONFLICT ON CONSTRAINT user_roles_pkey DO NOTHING",
    )
    .bind::<Uuid, _>(assignment.user.as_uuid())
    .bind::<Array<Text>, _>(roles)
    .bind::<Nullable<Uuid>, _>(decision.by.map(UserId::as_uuid))
    .bind::<Timestamptz, _>(decision.entry.at)
    .execute(&mut wire)
    .await?;
    Ok(())
}
