//! What sessions may do right now, and what changed lately.

use async_trait::async_trait;
use chrono::TimeDelta;
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Double, Nullable, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::access::standing::{AccessChange, AccessEpoch, Standing};
use domain::id::{SessionId, UserId};
use domain::outage::Outage;
use domain::port::access_changes::{AccessChanges, RecentChanges};
use domain::port::standings::Standings;

use crate::failure::{Failure, Never};
use crate::pg::Pg;
use crate::rows::session::{StandingRow, standing_columns};
use crate::statement::handwritten;

/// Standings and their changes in PostgreSQL.
#[derive(Clone)]
pub struct PgStandings(Pg);

impl PgStandings {
    /// Standings behind this pool.
    #[must_use]
    pub const fn new(pg: Pg) -> Self {
        Self(pg)
    }
}

#[async_trait]
impl Standings for PgStandings {
    async fn find(&self, session: SessionId, user: UserId) -> Result<Option<Standing>, Outage> {
        self.0
            .read(
                "find_standing",
                &(session, user),
                async |mut wire: &AsyncPgConnection, (session, user): &(SessionId, UserId)| {
                    let rows: Vec<StandingRow> = handwritten(concat!(
                        "SELECT ",
                        standing_columns!(),
                        " FROM sessions s JOIN users u ON u.id = s.user_id \
                     WHERE s.id = $1 AND s.user_id = $2 AND s.revoked_at IS NULL \
                         AND s.idle_expires_at > now() AND s.absolute_expires_at > now()"
                    ))
                    .bind::<Uuid, _>(session.as_uuid())
                    .bind::<Uuid, _>(user.as_uuid())
                    .load(&mut wire)
                    .await?;
                    let row = rows.into_iter().next();
                    Ok(row
                        .map(|row| row.into_standing(*session, *user))
                        .transpose()?)
                },
            )
            .await
    }
}

#[derive(QueryableByName)]
struct ChangeRow {
    #[diesel(sql_type = BigInt)]
    epoch: i64,
    #[diesel(sql_type = Nullable<Uuid>)]
    user_id: Option<uuid::Uuid>,
}

#[derive(QueryableByName)]
struct EndedRow {
    #[diesel(sql_type = Uuid)]
    id: uuid::Uuid,
}

#[derive(QueryableByName)]
struct EpochRow {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

#[async_trait]
impl AccessChanges for PgStandings {
    async fn recent(&self, lookback: TimeDelta) -> Result<RecentChanges, Outage> {
        let seconds = lookback.as_seconds_f64();
        self.0
            .read(
                "recent_access_changes",
                &seconds,
                async |wire: &AsyncPgConnection, seconds: &f64| {
                    let (epoch, changed, ended) = tokio::try_join!(
                        newest_epoch(wire),
                        changes_since(wire, *seconds),
                        ended_since(wire, *seconds)
                    )?;
                    let changed = changed.into_iter().map(|row| {
                        let epoch = AccessEpoch(row.epoch);
                        row.user_id
                            .map_or(AccessChange::Everybody { epoch }, |user| {
                                AccessChange::User {
                                    user: UserId::new(user),
                                    epoch,
                                }
                            })
                    });
                    let ended = ended
                        .into_iter()
                        .map(|row| AccessChange::SessionEnded(SessionId::new(row.id)));
                    Ok(RecentChanges {
                        epoch,
                        changes: changed.chain(ended).collect(),
                    })
                },
            )
            .await
    }
}

async fn newest_epoch(mut wire: &AsyncPgConnection) -> Result<AccessEpoch, Failure<Never>> {
    let row: EpochRow = handwritten("SELECT value FROM access_epoch")
        .get_result(&mut wire)
        .await?;
    Ok(AccessEpoch(row.value))
}

async fn changes_since(
    mut wire: &AsyncPgConnection,
    seconds: f64,
) -> Result<Vec<ChangeRow>, Failure<Never>> {
    Ok(handwritten(
        "SELECT epoch, user_id FROM access_changes \
         WHERE created_at > now() - make_interval(secs => $1) ORDER BY epoch",
    )
    .bind::<Double, _>(seconds)
    .load(&mut wire)
    .await?)
}

async fn ended_since(
    mut wire: &AsyncPgConnection,
    seconds: f64,
) -> Result<Vec<EndedRow>, Failure<Never>> {
    Ok(
        handwritten("SELECT id FROM sessions WHERE revoked_at > now() - make_interval(secs => $1)")
            .bind::<Double, _>(seconds)
            .load(&mut wire)
            .await?,
    )
}
