//! Ending sessions inside other writes.

use diesel::QueryableByName;
use diesel::sql_types::{Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::id::{SessionId, UserId};
use domain::session::Revoke;

use crate::failure::Failure;
use crate::statement::handwritten;

#[derive(QueryableByName)]
pub(crate) struct IdRow {
    #[diesel(sql_type = Uuid)]
    pub(crate) id: uuid::Uuid,
}

pub(crate) fn ids(rows: Vec<IdRow>) -> Vec<SessionId> {
    rows.into_iter().map(|row| SessionId::new(row.id)).collect()
}

/// Ends living sessions of a person; answers those that this ended.
pub(crate) async fn end<C>(
    mut wire: &AsyncPgConnection,
    user: UserId,
    which: Revoke,
    reason: &str,
) -> Result<Vec<SessionId>, Failure<C>> {
    let (only, but) = match which {
        Revoke::One(session) => (Some(session.as_uuid()), None),
        Revoke::AllBut(session) => (None, Some(session.as_uuid())),
        Revoke::All => (None, None),
    };
    // The database's own clock, since every node asks by it what has ended lately.
    let ended: Vec<IdRow> = handwritten(
        "UPDATE sessions SET revoked_at = now(), revoked_reason = $4 \
         WHERE user_id = $1 AND revoked_at IS NULL AND ($2 IS NULL OR id = $2) AND ($3 IS NULL OR id <> $3) \
         RETURNING id",
    )
    .bind::<Uuid, _>(user.as_uuid())
    .bind::<Nullable<Uuid>, _>(only)
    .bind::<Nullable<Uuid>, _>(but)
    .bind::<Text, _>(reason)
    .load(&mut wire)
    .await?;
    Ok(ids(ended))
}
