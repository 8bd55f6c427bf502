//! Roles and permissions, to be looked at: each one query.

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::sql_types::{Bool, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::access::impact::{Grant, Holdings};
use domain::access::role::{ListedPermission, Role, RoleName};
use domain::account::user::AccountStatus;
use domain::account::username::Username;
use domain::id::UserId;
use domain::outage::Outage;
use domain::port::roles::Roles;

use crate::failure::{Damage, Failure, Never};
use crate::pg::Pg;
use crate::rows::role::{GrantRow, PermissionRow, RoleRow};
use crate::statement::handwritten;

/// Roles in PostgreSQL.
#[derive(Clone)]
pub struct PgRoles(Pg);

impl PgRoles {
    /// Roles behind this pool.
    #[must_use]
    pub const fn new(pg: Pg) -> Self {
        Self(pg)
    }
}

#[async_trait]
impl Roles for PgRoles {
    async fn list(&self) -> Result<Vec<Role>, Outage> {
        self.0.read("list_roles", &(), list).await
    }

    async fn find(&self, name: &RoleName) -> Result<Option<Role>, Outage> {
        self.0.read("find_role", name, find).await
    }

    async fn list_permissions(&self) -> Result<Vec<ListedPermission>, Outage> {
        let listed = self.0.read("list_permissions", &(), list_permissions);
        listed.await
    }

    async fn find_holdings(&self, user: UserId) -> Result<Option<Holdings>, Outage> {
        self.0.read("find_holdings", &user, find_holdings).await
    }
}

/// Every column of [`RoleRow`]; holders are counted as far as [`Counted`](domain::access::role::Counted) goes, and one further.
macro_rules! roles_where {
    ($rest:literal) => {
        concat!(
            "SELECT r.name, r.description, r.is_default, r.revision, r.created_at, r.updated_at, \
                 ARRAY(SELECT p.name FROM role_permissions rp JOIN permissions p ON p.id = rp.permission_id \
                       WHERE rp.role_id = r.id) AS permissions, \
                 (SELECT count(*) FROM (SELECT FROM user_roles ur WHERE ur.role_id = r.id LIMIT 10001) AS counted) AS holders \
             FROM roles r ",
            $rest
        )
    };
}

async fn list(mut wire: &AsyncPgConnection, _all: &()) -> Result<Vec<Role>, Failure<Never>> {
    let rows: Vec<RoleRow> = handwritten(roles_where!("ORDER BY r.name"))
        .load(&mut wire)
        .await?;
    let roles: Result<Vec<_>, Damage> = rows.into_iter().map(RoleRow::into_role).collect();
    Ok(roles?)
}

async fn find(
    mut wire: &AsyncPgConnection,
    name: &RoleName,
) -> Result<Option<Role>, Failure<Never>> {
    let rows: Vec<RoleRow> = handwritten(roles_where!("WHERE r.name = $1"))
        .bind::<Text, _>(name.as_str())
        .load(&mut wire)
        .await?;
    let row = rows.into_iter().next();
    Ok(row.map(RoleRow::into_role).transpose()?)
}

async fn list_permissions(
    mut wire: &AsyncPgConnection,
    _all: &(),
) -> Result<Vec<ListedPermission>, Failure<Never>> {
    let rows: Vec<PermissionRow> = handwritten(
        "SELECT p.name, p.description, p.created_at, p.updated_at, \
             ARRAY(SELECT r.name FROM role_permissions rp JOIN roles r ON r.id = rp.role_id \
                   WHERE rp.permission_id = p.id ORDER BY r.name) AS roles \
         FROM permissions p ORDER BY p.name",
    )
    .load(&mut wire)
    .await?;
    let permissions: Result<Vec<_>, Damage> = rows
        .into_iter()
        .map(PermissionRow::into_permission)
        .collect();
    Ok(permissions?)
}

#[derive(QueryableByName)]
struct PersonRow {
    #[diesel(sql_type = Text)]
    username: String,
    #[diesel(sql_type = Text)]
    account_status: String,
    #[diesel(sql_type = Bool)]
    email_verified: bool,
}

/// Person and grants are two statements that travel together.
async fn find_holdings(
    wire: &AsyncPgConnection,
    user: &UserId,
) -> Result<Option<Holdings>, Failure<Never>> {
    let (person, grants) = tokio::try_join!(person(wire, *user), grants(wire, *user))?;
    let Some(person) = person else {
        return Ok(None);
    };
    let status = AccountStatus::by_name(&person.account_status)
        .ok_or_else(|| Damage::new("users.account_status", person.account_status))?;
    Ok(Some(Holdings {
        user: *user,
        username: Username::restore(person.username),
        status,
        email_verified: person.email_verified,
        grants,
    }))
}

async fn person(
    mut wire: &AsyncPgConnection,
    user: UserId,
) -> Result<Option<PersonRow>, Failure<Never>> {
    let rows: Vec<PersonRow> = handwritten(
        "SELECT username, account_status, email_verified_at IS NOT NULL AS email_verified FROM users WHERE id = $1",
    )
    .bind::<Uuid, _>(user.as_uuid())
    .load(&mut wire)
    .await?;
    Ok(rows.into_iter().next())
}

async fn grants(mut wire: &AsyncPgConnection, user: UserId) -> Result<Vec<Grant>, Failure<Never>> {
    let rows: Vec<GrantRow> = handwritten(
        "SELECT r.name AS role, ur.granted_by, g.username AS granted_by_name, ur.granted_at, \
             ARRAY(SELECT p.name FROM role_permissions rp JOIN permissions p ON p.id = rp.permission_id \
                   WHERE rp.role_id = r.id) AS permissions \
         FROM user_roles ur JOIN roles r ON r.id = ur.role_id LEFT JOIN users g ON g.id = ur.granted_by \
         WHERE ur.user_id = $1 ORDER BY r.name",
    )
    .bind::<Uuid, _>(user.as_uuid())
    .load(&mut wire)
    .await?;
    let grants: Result<Vec<_>, Damage> = rows.into_iter().map(GrantRow::into_grant).collect();
    Ok(grants?)
}
