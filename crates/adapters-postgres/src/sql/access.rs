//! Changes of what somebody may do.

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Nullable, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::access::standing::AccessEpoch;
use domain::id::UserId;

use crate::failure::{Damage, Failure};
use crate::statement::handwritten;

#[derive(QueryableByName)]
struct EpochRow {
    #[diesel(sql_type = BigInt)]
    epoch: i64,
}

/// Moves the epoch on and tells the feed whom it concerns. It locks the one row of the epoch until the commit, so it
/// comes last in its transaction.
pub(crate) async fn bump<C>(
    wire: &AsyncPgConnection,
    user: UserId,
) -> Result<AccessEpoch, Failure<C>> {
    advance(wire, Some(user)).await
}

/// The same for everybody: one epoch, however many it concerns.
pub(crate) async fn bump_everybody<C>(wire: &AsyncPgConnection) -> Result<AccessEpoch, Failure<C>> {
    advance(wire, None).await
}

async fn advance<C>(
    mut wire: &AsyncPgConnection,
    user: Option<UserId>,
) -> Result<AccessEpoch, Failure<C>> {
    let row: EpochRow = handwritten(
        "WITH moved AS (UPDATE access_epoch SET value = value + 1 RETURNING value) \
         INSERT INTO access_changes (epoch, user_id) SELECT value, $1 FROM moved RETURNING epoch",
    )
    .bind::<Nullable<Uuid>, _>(user.map(UserId::as_uuid))
    .get_result(&mut wire)
    .await?;
    Ok(AccessEpoch(row.epoch))
}

#[derive(QueryableByName)]
struct FoundRow {
    #[diesel(sql_type = Bool)]
    found: bool,
}

/// Refuses what this transaction has done to an administrator when nobody else administers the platform any more.
///
/// Whoever asks holds the row of the role until the commit, so two who put each other out at once ask one after the other, and the
/// second sees what the first has done.
pub(crate) async fn keep_an_admin<C>(
    mut wire: &AsyncPgConnection,
    user: UserId,
    last: C,
) -> Result<(), Failure<C>> {
    let is_admin = handwritten(
        "SELECT r.id FROM roles r WHERE r.name = 'admin' \
         AND EXISTS (SELECT FROM user_roles ur WHERE ur.role_id = r.id AND ur.user_id = $1) FOR UPDATE",
    )
    .bind::<Uuid, _>(user.as_uuid())
    .execute(&mut wire)
    .await?;
    if is_admin == 0 {
        return Ok(());
    }
    if is_administered(wire, None).await? {
        Ok(())
    } else {
        Err(Failure::Conflict(last))
    }
}

/// Lets one edit of roles, permissions and who holds them look and write at a time: what it sees is what it changes. Whoever also
/// locks an account does so before.
pub(crate) async fn hold_roles<C>(mut wire: &AsyncPgConnection) -> Result<(), Failure<C>> {
    let held = handwritten("SELECT r.id FROM roles r WHERE r.name = 'admin' FOR UPDATE")
        .execute(&mut wire)
        .await?;
    if held == 1 {
        Ok(())
    } else {
        Err(Damage::new("roles.name", "the role admin is missing").into())
    }
}

/// Whether somebody with an active account administers the platform, other than this person. Certain for whoever holds the roles.
pub(crate) async fn is_administered<C>(
    mut wire: &AsyncPgConnection,
    without: Option<UserId>,
) -> Result<bool, Failure<C>> {
    let row: FoundRow = handwritten(
        "SELECT EXISTS (SELECT FROM users u JOIN user_roles ur ON ur.user_id = u.id JOIN roles r ON r.id = ur.role_id \
             WHERE r.name = 'admin' AND u.account_status = 'active' AND ($1 IS NULL OR u.id <> $1)) AS found",
    )
    .bind::<Nullable<Uuid>, _>(without.map(UserId::as_uuid))
    .get_result(&mut wire)
    .await?;
    Ok(row.found)
}

/// Refuses when `user` holds a permission that `by` does not hold.
pub(crate) async fn stand_above<C>(
    mut wire: &AsyncPgConnection,
    by: UserId,
    user: UserId,
    above: C,
) -> Result<(), Failure<C>> {
    let row: FoundRow = handwritten(
        "SELECT EXISTS ( \
             SELECT rp.permission_id FROM user_roles ur JOIN role_permissions rp ON rp.role_id = ur.role_id WHERE ur.user_id = $2 \
             EXCEPT \
             SELECT rp.permission_id FROM user_roles ur JOIN role_permissions rp ON rp.role_id = ur.role_id WHERE ur.user_id = $1 \
         ) AS found",
    )
    .bind::<Uuid, _>(by.as_uuid())
    .bind::<Uuid, _>(user.as_uuid())
    .get_result(&mut wire)
    .await?;
    if row.found {
        Err(Failure::Conflict(above))
    } else {
        Ok(())
    }
}
