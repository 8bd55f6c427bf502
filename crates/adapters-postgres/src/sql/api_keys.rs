//! Ending API keys inside other writes.

use diesel::sql_types::{Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::id::UserId;

use crate::failure::Failure;
use crate::statement::handwritten;

/// Ends every living key of a person. Whoever does this moves the access epoch of the person on as well, so that no node goes on
/// believing its copies.
pub(crate) async fn end_all<C>(
    mut wire: &AsyncPgConnection,
    user: UserId,
    reason: &str,
) -> Result<(), Failure<C>> {
    handwritten(
        "UPDATE api_keys SET revoked_at = now(), revoked_reason = $2 \
         WHERE user_id = $1 AND revoked_at IS NULL",
    )
    .bind::<Uuid, _>(user.as_uuid())
    .bind::<Text, _>(reason)
    .execute(&mut wire)
    .await?;
    Ok(())
}
