//! The durable queue.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::id::{JobId, LeaseId};
use domain::job::{ClaimedJob, QueueDepth, Settlement};
use domain::outage::Outage;
use domain::port::jobs::Jobs;

use crate::failure::{Failure, Never};
use crate::pg::{Pg, no_conflict};
use crate::rows::job::ClaimedRow;
use crate::statement::handwritten;

/// Jobs in PostgreSQL.
#[derive(Clone)]
pub struct PgJobs(Pg);

impl PgJobs {
    /// Jobs behind this pool.
    #[must_use]
    pub const fn new(pg: Pg) -> Self {
        Self(pg)
    }
}

/// A claim, as one value.
#[derive(Clone, Copy)]
struct Claim {
    lease: LeaseId,
    limit: u16,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
}

#[async_trait]
impl Jobs for PgJobs {
    async fn claim(
        &self,
        lease: LeaseId,
        limit: u16,
        now: DateTime<Utc>,
        duration: TimeDelta,
    ) -> Result<Vec<ClaimedJob>, Outage> {
        let claim = Claim {
            lease,
            limit,
            now,
            until: now + duration,
        };
        no_conflict(self.0.write("claim_jobs", claim, claim_jobs).await)
    }

    async fn settle(
        &self,
        job: JobId,
        lease: LeaseId,
        settlement: &Settlement,
        now: DateTime<Utc>,
    ) -> Result<bool, Outage> {
        let settled = self
            .0
            .write_one(
                "settle_job",
                &Settling {
                    job,
                    lease,
                    settlement: settlement.clone(),
                    now,
                },
                settle,
            )
            .await;
        no_conflict(settled)
    }

    async fn depth(&self, now: DateTime<Utc>) -> Result<QueueDepth, Outage> {
        self.0
            .read("queue_depth", &now, async |mut wire: &AsyncPgConnection, now: &DateTime<Utc>| {
                let row: DepthRow = handwritten(
                    "SELECT (SELECT count(*) FROM jobs WHERE done_at IS NULL AND dead_at IS NULL) AS waiting, \
                         (SELECT count(*) FROM jobs WHERE dead_at IS NOT NULL) AS dead, \
                         (SELECT min(run_at) FROM jobs WHERE done_at IS NULL AND dead_at IS NULL AND run_at <= $1) AS oldest",
                )
                .bind::<Timestamptz, _>(*now).get_result(&mut wire)
                .await?;
                let age = row.oldest.map_or(0, |oldest| (*now - oldest).num_seconds());
                Ok(QueueDepth {
                    waiting: row.waiting.try_into().unwrap_or_default(),
                    dead: row.dead.try_into().unwrap_or_default(),
                    oldest_seconds: age.try_into().unwrap_or_default(),
                })
            })
            .await
    }
}

/// A settlement, as one value.
struct Settling {
    job: JobId,
    lease: LeaseId,
    settlement: Settlement,
    now: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct DepthRow {
    #[diesel(sql_type = BigInt)]
    waiting: i64,
    #[diesel(sql_type = BigInt)]
    dead: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    oldest: Option<DateTime<Utc>>,
}

async fn claim_jobs(
    mut wire: &AsyncPgConnection,
    claim: &Claim,
) -> Result<Vec<ClaimedJob>, Failure<Never>> {
    // A worker that died in the last try of a job never settled it.
    handwritten(
        "UPDATE jobs SET dead_at = $1, last_error = COALESCE(last_error, 'its last worker was lost'), \
             lease_token = NULL, leased_until = NULL \
         WHERE done_at IS NULL AND dead_at IS NULL AND attempts >= max_attempts AND leased_until <= $1",
    )
    .bind::<Timestamptz, _>(claim.now)
    .execute(&mut wire)
    .await?;
    let rows: Vec<ClaimedRow> = handwritten(
        "UPDATE jobs SET lease_token = $1, leased_until = $2, attempts = attempts + 1 WHERE id IN ( \
             SELECT id FROM jobs WHERE done_at IS NULL AND dead_at IS NULL AND run_at <= $3 \
                 AND (leased_until IS NULL OR leased_until <= $3) AND attempts < max_attempts \
             ORDER BY run_at, id LIMIT $4 FOR UPDATE SKIP LOCKED \
         ) RETURNING id, kind, payload, attempts, created_at",
    )
    .bind::<Uuid, _>(claim.lease.as_uuid())
    .bind::<Timestamptz, _>(claim.until)
    .bind::<Timestamptz, _>(claim.now)
    .bind::<BigInt, _>(i64::from(claim.limit))
    .load(&mut wire)
    .await?;
    let mut jobs = Vec::with_capacity(rows.len());
    for row in rows {
        let id = row.id;
        match row.into_job(claim.lease) {
            Ok(job) => jobs.push(job),
            Err(damage) => bury(wire, id, &damage.to_string(), claim.now).await?,
        }
    }
    jobs.sort_by_key(|job| job.id);
    Ok(jobs)
}

async fn bury(
    mut wire: &AsyncPgConnection,
    id: uuid::Uuid,
    error: &str,
    now: DateTime<Utc>,
) -> Result<(), Failure<Never>> {
    tracing::error!(job = %id, error, "a job cannot be read and was set aside");
    handwritten(
        "UPDATE jobs SET dead_at = $2, last_error = $3, lease_token = NULL, leased_until = NULL WHERE id = $1",
    )
    .bind::<Uuid, _>(id)
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(error)
    .execute(&mut wire)
    .await?;
    Ok(())
}

async fn settle(mut wire: &AsyncPgConnection, settling: &Settling) -> Result<bool, Failure<Never>> {
    let Settling {
        job,
        lease,
        settlement,
        now,
    } = settling;
    let (done_at, dead_at, run_at, error) = match settlement {
        Settlement::Done => (Some(*now), None, None, None),
        Settlement::Retry { run_at, error } => (None, None, Some(*run_at), Some(error.as_str())),
        Settlement::Dead { error } => (None, Some(*now), None, Some(error.as_str())),
    };
    let settled = handwritten(
        "UPDATE jobs SET done_at = $3, dead_at = $4, run_at = COALESCE($5, run_at), last_error = $6, \
             lease_token = NULL, leased_until = NULL WHERE id = $1 AND lease_token = $2",
    )
    .bind::<Uuid, _>(job.as_uuid())
    .bind::<Uuid, _>(lease.as_uuid())
    .bind::<Nullable<Timestamptz>, _>(done_at)
    .bind::<Nullable<Timestamptz>, _>(dead_at)
    .bind::<Nullable<Timestamptz>, _>(run_at)
    .bind::<Nullable<Text>, _>(error)
    .execute(&mut wire)
    .await?;
    Ok(settled == 1)
}
