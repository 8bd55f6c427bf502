//! Small ports: stored answers, the bare audit trail, purging, a sign of life.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Binary, Bool, Integer, Jsonb, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::audit::AuditEntry;
use domain::idempotency::{RequestIdentity, StoredReply};
use domain::journal::Journal;
use domain::outage::{Dependency, Outage};
use domain::port::audit_trail::AuditTrail;
use domain::port::idempotent_replies::{IdempotentReplies, Repetition};
use domain::port::probe::Probe;
use domain::port::retention::Retention;

use crate::failure::{Damage, Failure, Never};
use crate::pg::{Pg, no_conflict};
use crate::sql::journal;
use crate::statement::handwritten;

/// Stored answers, the audit trail, retention and the probe of PostgreSQL.
#[derive(Clone)]
pub struct PgRecords(Pg);

impl PgRecords {
    /// Records behind this pool.
    #[must_use]
    pub const fn new(pg: Pg) -> Self {
        Self(pg)
    }
}

#[derive(QueryableByName)]
struct ReplyRow {
    #[diesel(sql_type = Binary)]
    fingerprint: Vec<u8>,
    #[diesel(sql_type = Integer)]
    status: i32,
    #[diesel(sql_type = Jsonb)]
    headers: serde_json::Value,
    #[diesel(sql_type = Binary)]
    body: Vec<u8>,
}

#[async_trait]
impl IdempotentReplies for PgRecords {
    async fn find(&self, request: &RequestIdentity) -> Result<Option<Repetition>, Outage> {
        self.0
            .read(
                "find_stored_reply",
                request,
                async |mut wire: &AsyncPgConnection, request: &RequestIdentity| {
                    let rows: Vec<ReplyRow> = handwritten(
                        "SELECT fingerprint, status, headers, body FROM idempotency_keys \
                     WHERE scope = $1 AND key = $2 AND expires_at > now()",
                    )
                    .bind::<Text, _>(request.scope.as_str())
                    .bind::<Text, _>(request.key.as_str())
                    .load(&mut wire)
                    .await?;
                    let Some(row) = rows.into_iter().next() else {
                        return Ok(None);
                    };
                    if row.fingerprint != request.fingerprint {
                        return Ok(Some(Repetition::OtherBody));
                    }
                    let damaged = |detail: String| Damage::new("idempotency_keys", detail);
                    Ok(Some(Repetition::Same(StoredReply {
                        status: u16::try_from(row.status)
                            .map_err(|error| damaged(error.to_string()))?,
                        headers: serde_json::from_value(row.headers)
                            .map_err(|error| damaged(error.to_string()))?,
                        body: row.body,
                    })))
                },
            )
            .await
    }
}

#[async_trait]
impl AuditTrail for PgRecords {
    async fn append(&self, journal: &Journal) -> Result<(), Outage> {
        no_conflict(self.0.write("append_audit", journal.clone(), append).await)
    }

    async fn append_batch(&self, entries: &[AuditEntry]) -> Result<(), Outage> {
        let written = self.0.write(
            "append_audit_batch",
            entries.to_vec(),
            async |wire: &AsyncPgConnection, entries: &Vec<AuditEntry>| {
                journal::write_entries(wire, entries).await
            },
        );
        no_conflict(written.await)
    }
}

async fn append(wire: &AsyncPgConnection, journal: &Journal) -> Result<(), Failure<Never>> {
    journal::write(wire, journal).await
}

#[async_trait]
impl Probe for PgRecords {
    fn dependency(&self) -> Dependency {
        Dependency::Postgres
    }

    async fn check(&self) -> Result<(), Outage> {
        self.0
            .read(
                "probe",
                &(),
                async |mut wire: &AsyncPgConnection, (): &()| {
                    handwritten("SELECT 1").execute(&mut wire).await?;
                    Ok(())
                },
            )
            .await
    }
}

#[async_trait]
impl Retention for PgRecords {
    async fn purge(&self, now: DateTime<Utc>) -> Result<u64, Outage> {
        let purged = no_conflict(self.0.write("purge", now, purge).await)?;
        Ok(u64::try_from(purged).unwrap_or(u64::MAX))
    }
}

#[derive(QueryableByName)]
struct LockRow {
    #[diesel(sql_type = Bool)]
    locked: bool,
}

/// Any number that no other advisory lock of ours has.
const PURGE_LOCK: i64 = 0x7363_7269_7074_7075;
/// Rows of one kind in one round: small enough for the statement's time-out on a slow disk.
const BATCH: i64 = 1_000;

/// What is purged: each deletes at most [`BATCH`] rows that have outlived their purpose at `$1`.
const STEPS: [&str; 6] = [
    "DELETE FROM idempotency_keys WHERE (scope, key) IN \
         (SELECT scope, key FROM idempotency_keys WHERE expires_at <= $1 LIMIT $2)",
    "DELETE FROM one_time_tokens WHERE id IN \
         (SELECT id FROM one_time_tokens WHERE expires_at <= $1 - interval '7 days' LIMIT $2)",
    "DELETE FROM provider_flows WHERE id IN \
         (SELECT id FROM provider_flows WHERE expires_at <= $1 LIMIT $2)",
    "DELETE FROM sessions WHERE id IN \
         (SELECT id FROM sessions WHERE revoked_at <= $1 - interval '30 days' LIMIT $2)",
    "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE done_at <= $1 - interval '1 day' LIMIT $2)",
    "DELETE FROM access_changes WHERE epoch IN \
         (SELECT epoch FROM access_changes WHERE created_at <= $1 - interval '1 hour' LIMIT $2)",
];

async fn purge(mut wire: &AsyncPgConnection, now: &DateTime<Utc>) -> Result<usize, Failure<Never>> {
    let lock: LockRow = handwritten("SELECT pg_try_advisory_xact_lock($1) AS locked")
        .bind::<BigInt, _>(PURGE_LOCK)
        .get_result(&mut wire)
        .await?;
    let mut gone = 0;
    if lock.locked {
        for step in STEPS {
            gone += handwritten(step)
                .bind::<Timestamptz, _>(*now)
                .bind::<BigInt, _>(BATCH)
                .execute(&mut wire)
                .await?;
        }
    }
    Ok(gone)
}
