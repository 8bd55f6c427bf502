//! The stored answer of a keyed write.

use diesel::QueryableByName;
use diesel::sql_types::{Binary, Bool, Integer, Jsonb, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::idempotency::{IdempotencyConflict, IdempotencyRecord};

use crate::failure::{Damage, Failure};
use crate::statement::handwritten;

#[derive(QueryableByName)]
struct LockRow {
    #[diesel(sql_type = Bool)]
    locked: bool,
}

/// Stores the answer beside its effect.
///
/// An advisory lock until the end of the transaction tells a request that is being worked on from one that was done.
pub(crate) async fn store<C>(
    mut wire: &AsyncPgConnection,
    record: Option<&IdempotencyRecord>,
    repeated: fn(IdempotencyConflict) -> C,
) -> Result<(), Failure<C>> {
    let Some(record) = record else {
        return Ok(());
    };
    let (scope, key) = (record.request.scope.as_str(), record.request.key.as_str());
    let lock: LockRow = handwritten(
        "SELECT pg_try_advisory_xact_lock(hashtextextended($1 || chr(10) || $2, 0)) AS locked",
    )
    .bind::<Text, _>(scope)
    .bind::<Text, _>(key)
    .get_result(&mut wire)
    .await?;
    if !lock.locked {
        return Err(Failure::Conflict(repeated(IdempotencyConflict::InProgress)));
    }
    let headers = serde_json::to_value(&record.reply.headers)
        .map_err(|error| Damage::new("idempotency_keys.headers", error.to_string()))?;
    let stored = handwritten(
        "INSERT INTO idempotency_keys AS k (scope, key, fingerprint, status, headers, body, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT ON CONSTRAINT idempotency_keys_pkey DO UPDATE SET fingerprint = excluded.fingerprint, \
             status = excluded.status, headers = excluded.headers, body = excluded.body, expires_at = excluded.expires_at \
         WHERE k.expires_at <= now()",
    )
    .bind::<Text, _>(scope)
    .bind::<Text, _>(key)
    .bind::<Binary, _>(&record.request.fingerprint[..])
    .bind::<Integer, _>(i32::from(record.reply.status))
    .bind::<Jsonb, _>(headers)
    .bind::<Binary, _>(record.reply.body.as_slice())
    .bind::<Timestamptz, _>(record.expires_at)
    .execute(&mut wire)
    .await?;
    if stored == 0 {
        return Err(Failure::Conflict(repeated(
            IdempotencyConflict::AlreadyDone,
        )));
    }
    Ok(())
}
