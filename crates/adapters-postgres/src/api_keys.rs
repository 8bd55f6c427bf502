//! API keys.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Double, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::access::key::KeyStanding;
use domain::access::standing::AccessEpoch;
use domain::account::api_key::{
    ApiKey, KeyDigest, KeyIssue, KeyIssueConflict, KeyRevocation, MAX_KEYS_PER_USER,
    USE_RECORDED_EVERY,
};
use domain::id::{ApiKeyId, ScriptId, UserId};
use domain::outage::{Outage, StoreError};
use domain::port::api_keys::ApiKeys;
use domain::port::key_standings::KeyStandings;

use crate::failure::{Damage, Failure, Never, OnUnique};
use crate::pg::{Pg, no_conflict};
use crate::rows::api_key::{KeyRow, KeyStandingRow, NewKeyRow, key_columns, uuids};
use crate::rows::session::standing_columns;
use crate::schema::api_keys;
use crate::sql::{access, journal};
use crate::statement::handwritten;

/// API keys in PostgreSQL.
#[derive(Clone)]
pub struct PgApiKeys(Pg);

impl PgApiKeys {
    /// Keys behind this pool.
    #[must_use]
    pub const fn new(pg: Pg) -> Self {
        Self(pg)
    }
}

#[async_trait]
impl ApiKeys for PgApiKeys {
    async fn issue(&self, issued: &KeyIssue) -> Result<(), StoreError<KeyIssueConflict>> {
        self.0.write("issue_api_key", issued.clone(), issue).await
    }

    async fn list(&self, user: UserId) -> Result<Vec<ApiKey>, Outage> {
        self.0.read("list_api_keys", &user, list).await
    }

    async fn revoke(&self, revocation: &KeyRevocation) -> Result<Option<AccessEpoch>, Outage> {
        let ended = self.0.write("revoke_api_key", revocation.clone(), revoke);
        no_conflict(ended.await)
    }

    async fn record_use(&self, key: ApiKeyId, at: DateTime<Utc>) -> Result<(), Outage> {
        let used = (key, at);
        let written = self.0.write_one("record_key_use", &used, record_use);
        no_conflict(written.await)
    }
}

#[async_trait]
impl KeyStandings for PgApiKeys {
    async fn find(&self, digests: &[KeyDigest]) -> Result<Option<KeyStanding>, Outage> {
        self.0.read("find_key_standing", digests, standing).await
    }
}

type Refusal = Failure<KeyIssueConflict>;

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct ActiveRow {
    #[diesel(sql_type = Bool)]
    active: bool,
}

async fn issue(mut wire: &AsyncPgConnection, issued: &KeyIssue) -> Result<(), Refusal> {
    lock(wire, issued.user).await?;
    handwritten(
        "UPDATE api_keys SET revoked_at = now(), revoked_reason = 'expired' \
         WHERE user_id = $1 AND revoked_at IS NULL AND expires_at <= $2",
    )
    .bind::<Uuid, _>(issued.user.as_uuid())
    .bind::<Timestamptz, _>(issued.key.created_at)
    .execute(&mut wire)
    .await?;
    let living: CountRow =
        handwritten("SELECT count(*) FROM api_keys WHERE user_id = $1 AND revoked_at IS NULL")
            .bind::<Uuid, _>(issued.user.as_uuid())
            .get_result(&mut wire)
            .await?;
    if living.count >= i64::from(MAX_KEYS_PER_USER) {
        return Err(Failure::Conflict(KeyIssueConflict::TooMany));
    }
    if let Some(scripts) = issued.key.reach.scripts() {
        all_are_of(wire, issued.user, scripts).await?;
    }
    diesel::insert_into(api_keys::table)
        .values(NewKeyRow::from(issued))
        .execute(&mut wire)
        .await
        .on_unique("api_keys_user_id_name_key", KeyIssueConflict::NameTaken)?;
    journal::write(wire, &issued.journal).await
}

/// Holds the account until the commit: several keys that are made at once are counted one after the other, and none is made for an
/// account that is being ended.
async fn lock(mut wire: &AsyncPgConnection, user: UserId) -> Result<(), Refusal> {
    let rows: Vec<ActiveRow> = handwritten(
        "SELECT account_status = 'active' AS active FROM users WHERE id = $1 FOR NO KEY UPDATE",
    )
    .bind::<Uuid, _>(user.as_uuid())
    .load(&mut wire)
    .await?;
    if rows.iter().any(|row| row.active) {
        Ok(())
    } else {
        Err(Failure::Conflict(KeyIssueConflict::AccountGone))
    }
}

async fn all_are_of(
    mut wire: &AsyncPgConnection,
    user: UserId,
    scripts: &[ScriptId],
) -> Result<(), Refusal> {
    let own: CountRow = handwritten(
        "SELECT count(*) FROM scripts WHERE owner_id = $1 AND id = ANY ($2) AND status <> 'deleted'",
    )
    .bind::<Uuid, _>(user.as_uuid())
    .bind::<Array<Uuid>, _>(uuids(scripts))
    .get_result(&mut wire)
    .await?;
    if usize::try_from(own.count) == Ok(scripts.len()) {
        Ok(())
    } else {
        Err(Failure::Conflict(KeyIssueConflict::UnknownScript))
    }
}

async fn list(mut wire: &AsyncPgConnection, user: &UserId) -> Result<Vec<ApiKey>, Failure<Never>> {
    let rows: Vec<KeyRow> = handwritten(concat!(
        "SELECT ",
        key_columns!(),
        " FROM api_keys k WHERE k.user_id = $1 AND k.revoked_at IS NULL \
         ORDER BY k.created_at DESC, k.id LIMIT $2"
    ))
    .bind::<Uuid, _>(user.as_uuid())
    .bind::<BigInt, _>(i64::from(MAX_KEYS_PER_USER))
    .load(&mut wire)
    .await?;
    let keys: Result<Vec<_>, Damage> = rows.into_iter().map(KeyRow::into_key).collect();
    Ok(keys?)
}

async fn revoke(
    mut wire: &AsyncPgConnection,
    revocation: &KeyRevocation,
) -> Result<Option<AccessEpoch>, Failure<Never>> {
    let ended = handwritten(
        "UPDATE api_keys SET revoked_at = now(), revoked_reason = 'revoked' \
         WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL",
    )
    .bind::<Uuid, _>(revocation.key.as_uuid())
    .bind::<Uuid, _>(revocation.user.as_uuid())
    .execute(&mut wire)
    .await?;
    if ended == 0 {
        return Ok(None);
    }
    journal::write(wire, &revocation.journal).await?;
    access::bump(wire, revocation.user).await.map(Some)
}

async fn record_use(
    mut wire: &AsyncPgConnection,
    (key, at): &(ApiKeyId, DateTime<Utc>),
) -> Result<(), Failure<Never>> {
    handwritten(
        "UPDATE api_keys SET last_used_at = $2 \
         WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $2 - make_interval(secs => $3))",
    )
    .bind::<Uuid, _>(key.as_uuid())
    .bind::<Timestamptz, _>(*at)
    .bind::<Double, _>(USE_RECORDED_EVERY.as_seconds_f64())
    .execute(&mut wire)
    .await?;
    Ok(())
}

async fn standing(
    mut wire: &AsyncPgConnection,
    digests: &[KeyDigest],
) -> Result<Option<KeyStanding>, Failure<Never>> {
    let digests: Vec<&[u8]> = digests
        .iter()
        .map(|digest| &digest.as_bytes()[..])
        .collect();
    let rows: Vec<KeyStandingRow> = handwritten(concat!(
        "SELECT ",
        key_columns!(),
        ", ",
        standing_columns!(),
        " FROM api_keys k JOIN users u ON u.id = k.user_id \
         WHERE k.digest = ANY ($1) AND k.revoked_at IS NULL AND k.expires_at > now()"
    ))
    .bind::<Array<Binary>, _>(digests)
    .load(&mut wire)
    .await?;
    let row = rows.into_iter().next();
    Ok(row.map(KeyStandingRow::into_standing).transpose()?)
}
