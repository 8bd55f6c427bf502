//! What staff reads: each one query.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::access::role::RoleName;
use domain::account::supervision::{Dossier, HeldRole, Suspension, SuspensionReason, UserListing};
use domain::account::user::UserWithRoles;
use domain::id::UserId;
use domain::page::{Page, Position, Window};

use crate::failure::{Damage, Failure, Never};
use crate::rows::user::{UserRow, user_columns};
use crate::statement::{Handwritten, handwritten};

pub(super) async fn list(
    mut wire: &AsyncPgConnection,
    listing: &UserListing,
) -> Result<Page<UserWithRoles>, Failure<Never>> {
    let rows: Vec<UserRow> = list_statement(listing).load(&mut wire).await?;
    let accounts: Result<Vec<_>, Damage> = rows.into_iter().map(UserRow::into_account).collect();
    Ok(Page::cut(
        accounts?,
        listing.window,
        listing.limit,
        |account| Position {
            at: account.user.created_at,
            id: account.user.id.as_uuid(),
        },
    ))
}

/// One text for each combination of filters and direction, so that each is prepared once.
fn list_statement<'q>(listing: &'q UserListing) -> Handwritten<'q> {
    let mut statement = handwritten(concat!(
        "SELECT ",
        user_columns!(),
        " FROM users u WHERE true"
    ));
    if let Some(words) = &listing.filter.words {
        let pattern = containing(words.as_str());
        statement = match uuid::Uuid::try_parse(words.as_str()) {
            Ok(id) => statement.text(" AND u.id = ").value::<Uuid, _>(id),
            Err(_) => statement
                .text(" AND (u.username_key LIKE ")
                .value::<Text, _>(pattern.clone())
                .text(" OR u.email_key LIKE ")
                .value::<Text, _>(pattern.clone())
                .text(" OR lower(u.display_name) LIKE ")
                .value::<Text, _>(pattern)
                .text(")"),
        };
    }
    if let Some(status) = listing.filter.status {
        statement = statement
            .text(" AND u.account_status = ")
            .value::<Text, _>(status.name());
    }
    if let Some(role) = &listing.filter.role {
        statement = statement
            .text(" AND u.id IN (SELECT ur.user_id FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE r.name = ")
            .value::<Text, _>(role.as_str())
            .text(")");
    }
    let from = |statement: Handwritten<'q>, condition, place: Position| {
        statement
            .text(condition)
            .value::<Timestamptz, _>(place.at)
            .text(", ")
            .value::<Uuid, _>(place.id)
            .text(")")
    };
    statement = match listing.window {
        Window::First => statement,
        Window::After(place) => from(statement, " AND (u.created_at, u.id) < (", place),
        Window::Before(place) => from(statement, " AND (u.created_at, u.id) > (", place),
    };
    let order = match listing.window {
        Window::First | Window::After(_) => " ORDER BY u.created_at DESC, u.id DESC LIMIT ",
        Window::Before(_) => " ORDER BY u.created_at, u.id LIMIT ",
    };
    statement
        .text(order)
        .value::<BigInt, _>(i64::from(listing.limit.get()) + 1)
}

/// A pattern for `LIKE` in which what was typed means itself.
fn containing(words: &str) -> String {
    let mut pattern = String::with_capacity(words.len() + 2);
    pattern.push('%');
    for character in words.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[derive(QueryableByName)]
struct SuspensionRow {
    #[diesel(sql_type = Nullable<Text>)]
    suspended_reason: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    suspended_until: Option<DateTime<Utc>>,
}

impl SuspensionRow {
    fn into_suspension(self) -> Option<Suspension> {
        Some(Suspension {
            reason: SuspensionReason::restore(self.suspended_reason?),
            until: self.suspended_until,
        })
    }
}

pub(super) async fn suspension(
    mut wire: &AsyncPgConnection,
    user: &UserId,
) -> Result<Option<Suspension>, Failure<Never>> {
    let rows: Vec<SuspensionRow> = handwritten(
        "SELECT suspended_reason, suspended_until FROM users WHERE id = $1 AND account_status = 'suspended'",
    )
    .bind::<Uuid, _>(user.as_uuid())
    .load(&mut wire)
    .await?;
    Ok(rows
        .into_iter()
        .next()
        .and_then(SuspensionRow::into_suspension))
}

#[derive(QueryableByName)]
struct DossierRow {
    #[diesel(embed)]
    user: UserRow,
    #[diesel(embed)]
    suspension: SuspensionRow,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    deleted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Array<Nullable<Uuid>>)]
    granted_by: Vec<Option<uuid::Uuid>>,
    #[diesel(sql_type = Array<Timestamptz>)]
    granted_at: Vec<DateTime<Utc>>,
    #[diesel(sql_type = BigInt)]
    live_sessions: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_seen_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = BigInt)]
    scripts: i64,
    #[diesel(sql_type = Array<Text>)]
    providers: Vec<String>,
    #[diesel(sql_type = Bool)]
    has_second_factor: bool,
}

pub(super) async fn find(
    mut wire: &AsyncPgConnection,
    user: &UserId,
) -> Result<Option<Dossier>, Failure<Never>> {
    let rows: Vec<DossierRow> = handwritten(concat!(
        "SELECT ",
        user_columns!(),
        ", u.suspended_reason, u.suspended_until, u.deleted_at, \
          ARRAY(SELECT ur.granted_by FROM user_roles ur JOIN roles r ON r.id = ur.role_id \
                WHERE ur.user_id = u.id ORDER BY r.name) AS granted_by, \
          ARRAY(SELECT ur.granted_at FROM user_roles ur JOIN roles r ON r.id = ur.role_id \
                WHERE ur.user_id = u.id ORDER BY r.name) AS granted_at, \
          (SELECT count(*) FROM sessions s WHERE s.user_id = u.id AND s.revoked_at IS NULL \
                AND s.idle_expires_at > now() AND s.absolute_expires_at > now()) AS live_sessions, \
          (SELECT max(s.last_seen_at) FROM sessions s WHERE s.user_id = u.id) AS last_seen_at, \
          (SELECT count(*) FROM scripts sc WHERE sc.owner_id = u.id) AS scripts, \
          ARRAY(SELECT ap.provider FROM auth_providers ap WHERE ap.user_id = u.id ORDER BY ap.provider) AS providers, \
          EXISTS (SELECT FROM totp_secrets t WHERE t.user_id = u.id AND t.confirmed_at IS NOT NULL) AS has_second_factor \
         FROM users u WHERE u.id = $1"
    ))
    .bind::<Uuid, _>(user.as_uuid())
    .load(&mut wire)
    .await?;
    let row = rows.into_iter().next();
    Ok(row.map(DossierRow::into_dossier).transpose()?)
}

impl DossierRow {
    fn into_dossier(self) -> Result<Dossier, Damage> {
        let UserWithRoles { user, roles } = self.user.into_account()?;
        let grants = self.granted_by.into_iter().zip(self.granted_at);
        let held = |(role, (by, at)): (RoleName, (Option<uuid::Uuid>, DateTime<Utc>))| HeldRole {
            role,
            granted_by: by.map(UserId::new),
            granted_at: at,
        };
        Ok(Dossier {
            user,
            roles: roles.into_iter().zip(grants).map(held).collect(),
            suspension: self.suspension.into_suspension(),
            deleted_at: self.deleted_at,
            live_sessions: counted(self.live_sessions),
            last_seen_at: self.last_seen_at,
            scripts: counted(self.scripts),
            providers: self.providers,
            has_second_factor: self.has_second_factor,
        })
    }
}

fn counted(rows: i64) -> u64 {
    u64::try_from(rows).unwrap_or_default()
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = Uuid)]
    id: uuid::Uuid,
}

pub(super) async fn served(
    mut wire: &AsyncPgConnection,
    limit: &u16,
) -> Result<Vec<UserId>, Failure<Never>> {
    let rows: Vec<IdRow> = handwritten(
        "SELECT id FROM users WHERE account_status = 'suspended' AND suspended_until <= now() \
         ORDER BY suspended_until LIMIT $1",
    )
    .bind::<Integer, _>(i32::from(*limit))
    .load(&mut wire)
    .await?;
    Ok(rows.into_iter().map(|row| UserId::new(row.id)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_means_itself() {
        assert_eq!(containing("50%_\\"), "%50\\%\\_\\\\%");
    }
}
