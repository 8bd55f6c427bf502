//! What decides whether an edit may be done, read under the lock of the edit.

use std::collections::{BTreeMap, BTreeSet};

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::access::edit::{AccessDecision, AccessEdit};
use domain::access::permission_name::{PermissionName, PermissionNames};
use domain::access::role::{Purpose, RoleName};
use domain::access::scene::{KnownRole, Scene};
use domain::id::UserId;

use super::Refusal;
use crate::failure::Damage;
use crate::rows::role::{KnownRoleRow, permission_names, role_name};
use crate::sql::access;
use crate::statement::handwritten;

pub(super) async fn gather(
    wire: &AsyncPgConnection,
    decision: &AccessDecision,
) -> Result<Scene, Refusal> {
    let (user, edited) = match &decision.edit {
        AccessEdit::Assignment(assignment) => (Some(assignment.user), None),
        AccessEdit::Role(edit) => (None, Some(edit.role())),
        AccessEdit::Permission(_) => (None, None),
    };
    let is_there = match user {
        Some(user) => lock(wire, user).await?,
        None => false,
    };
    access::hold_roles(wire).await?;
    let (holds, roles, permissions, holders, held) = tokio::try_join!(
        holds(wire, decision.by),
        roles(wire),
        permissions(wire),
        holders(wire, edited),
        held(wire, user),
    )?;
    Ok(Scene {
        holds,
        roles,
        permissions,
        holders,
        person: is_there.then_some(held),
    })
}

/// Holds the account until the commit: its state, and whether it is there.
async fn lock(mut wire: &AsyncPgConnection, user: UserId) -> Result<bool, Refusal> {
    let rows = handwritten("SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE")
        .bind::<Uuid, _>(user.as_uuid())
        .execute(&mut wire)
        .await?;
    Ok(rows == 1)
}

#[derive(QueryableByName)]
struct NameRow {
    #[diesel(sql_type = Text)]
    name: String,
}

/// What the actor holds now. Somebody who was put out since they asked holds nothing.
async fn holds(
    mut wire: &AsyncPgConnection,
    by: Option<UserId>,
) -> Result<Option<PermissionNames>, Refusal> {
    let Some(by) = by else {
        return Ok(None);
    };
    let rows: Vec<NameRow> = handwritten(
        "SELECT DISTINCT p.name FROM users u JOIN user_roles ur ON ur.user_id = u.id \
             JOIN role_permissions rp ON rp.role_id = ur.role_id JOIN permissions p ON p.id = rp.permission_id \
         WHERE u.id = $1 AND u.account_status = 'active'",
    )
    .bind::<Uuid, _>(by.as_uuid())
    .load(&mut wire)
    .await?;
    let names = rows.into_iter().map(|row| row.name).collect();
    Ok(Some(permission_names(names)))
}

async fn roles(mut wire: &AsyncPgConnection) -> Result<BTreeMap<RoleName, KnownRole>, Refusal> {
    let rows: Vec<KnownRoleRow> = handwritten(
        "SELECT r.name, r.description, r.revision, \
             ARRAY(SELECT p.name FROM role_permissions rp JOIN permissions p ON p.id = rp.permission_id \
                   WHERE rp.role_id = r.id) AS permissions \
         FROM roles r",
    )
    .load(&mut wire)
    .await?;
    let roles: Result<BTreeMap<_, _>, Damage> =
        rows.into_iter().map(KnownRoleRow::into_known).collect();
    Ok(roles?)
}

#[derive(QueryableByName)]
struct DescribedRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    description: String,
}

async fn permissions(
    mut wire: &AsyncPgConnection,
) -> Result<BTreeMap<PermissionName, Purpose>, Refusal> {
    let rows: Vec<DescribedRow> = handwritten("SELECT name, description FROM permissions")
        .load(&mut wire)
        .await?;
    let named = |row: DescribedRow| {
        (
            PermissionName::restore(row.name),
            Purpose::restore(row.description),
        )
    };
    Ok(rows.into_iter().map(named).collect())
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many hold the role that is edited; more than anybody wants to know exactly are not counted.
async fn holders(mut wire: &AsyncPgConnection, role: Option<&RoleName>) -> Result<u64, Refusal> {
    let Some(role) = role else {
        return Ok(0);
    };
    let row: CountRow = handwritten(
        "SELECT count(*) FROM (SELECT FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE r.name = $1 LIMIT 10001) AS counted",
    )
    .bind::<Text, _>(role.as_str())
    .get_result(&mut wire)
    .await?;
    Ok(u64::try_from(row.count).unwrap_or_default())
}

async fn held(
    mut wire: &AsyncPgConnection,
    user: Option<UserId>,
) -> Result<BTreeSet<RoleName>, Refusal> {
    let Some(user) = user else {
        return Ok(BTreeSet::new());
    };
    let rows: Vec<NameRow> = handwritten(
        "SELECT r.name FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = $1",
    )
    .bind::<Uuid, _>(user.as_uuid())
    .load(&mut wire)
    .await?;
    let names: Result<BTreeSet<_>, Damage> = rows.iter().map(|row| role_name(&row.name)).collect();
    Ok(names?)
}
