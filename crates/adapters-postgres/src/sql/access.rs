//! Changes of what somebody may do.

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::access::standing::AccessEpoch;
use domain::id::UserId;

use crate::failure::Failure;
use crate::statement::handwritten;

#[derive(QueryableByName)]
struct EpochRow {
    #[diesel(sql_type = BigInt)]
    epoch: i64,
}

/// Moves the epoch on and tells the feed whom it concerns. It locks the one row of the epoch until the commit, so it
/// comes last in its transaction.
pub(crate) async fn bump<C>(
    mut wire: &AsyncPgConnection,
    user: UserId,
) -> Result<AccessEpoch, Failure<C>> {
    let row: EpochRow = handwritten(
        "WITH moved AS (UPDATE access_epoch SET value = value + 1 RETURNING value) \
         INSERT INTO access_changes (epoch, user_id) SELECT value, $1 FROM moved RETURNING epoch",
    )
    .bind::<Nullable<Uuid>, _>(Some(user.as_uuid()))
    .get_result(&mut wire)
    .await?;
    Ok(AccessEpoch(row.epoch))
}
