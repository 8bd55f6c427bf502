//! The chain of seals over the audit log.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{
    Array, BigInt, Binary, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::audit::chain::{ChainHead, Digest, RowImage, Seal, SealedRow, StrayRow};
use domain::id::AuditId;
use domain::outage::{Outage, StoreError};
use domain::page::Position;
use domain::port::audit_chain::{AuditChain, Overtaken};
use uuid::Uuid;

use crate::failure::{Damage, Failure, Never};
use crate::pg::Pg;
use crate::statement::handwritten;

/// The seals in PostgreSQL.
#[derive(Clone)]
pub struct PgAuditChain(Pg);

impl PgAuditChain {
    /// The seals behind this pool.
    #[must_use]
    pub const fn new(pg: Pg) -> Self {
        Self(pg)
    }
}

/// Every column as text that no setting of the session changes; later columns join at the end.
macro_rules! columns {
    () => {
        "ARRAY[l.id::text, (extract(epoch FROM l.created_at) * 1000000)::bigint::text, l.actor_kind, l.actor_id::text, l.subject_kind, \
         l.subject_id::text, l.action, l.outcome, l.before::text, l.after::text, l.ip::text, l.user_agent, l.session_id::text, \
         l.request_id, l.api_key_id::text] AS columns"
    };
}

#[derive(QueryableByName)]
struct ImageRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    partition: String,
    #[diesel(sql_type = Array<Nullable<Text>>)]
    columns: Vec<Option<String>>,
}

#[derive(QueryableByName)]
struct HeadRow {
    #[diesel(sql_type = BigInt)]
    position: i64,
    #[diesel(sql_type = Binary)]
    link_hash: Vec<u8>,
}

#[derive(QueryableByName)]
struct SealRow {
    #[diesel(sql_type = BigInt)]
    position: i64,
    #[diesel(sql_type = SqlUuid)]
    row_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    row_at: DateTime<Utc>,
    #[diesel(sql_type = Binary)]
    row_hash: Vec<u8>,
    #[diesel(sql_type = Binary)]
    link_hash: Vec<u8>,
    #[diesel(sql_type = Nullable<Array<Nullable<Text>>>)]
    columns: Option<Vec<Option<String>>>,
}

#[derive(QueryableByName)]
struct NameRow {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct KnownRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    is_known: bool,
}

#[async_trait]
impl AuditChain for PgAuditChain {
    async fn list_unsealed(&self, limit: u16) -> Result<Vec<RowImage>, Outage> {
        self.0
            .read(
                "list_unsealed_audit",
                &limit,
                async |wire: &AsyncPgConnection, limit: &u16| unsealed(wire, *limit).await,
            )
            .await
    }

    async fn find_head(&self, partition: &str) -> Result<Option<ChainHead>, Outage> {
        self.0.read("find_audit_head", partition, head).await
    }

    async fn extend(&self, seals: &[Seal]) -> Result<(), StoreError<Overtaken>> {
        self.0
            .write(
                "extend_audit_chain",
                seals.to_vec(),
                async |wire: &AsyncPgConnection, seals: &Vec<Seal>| extend(wire, seals).await,
            )
            .await
    }

    async fn list_partitions(&self) -> Result<Vec<String>, Outage> {
        self.0
            .read(
                "list_audit_partitions",
                &(),
                async |mut wire: &AsyncPgConnection, (): &()| {
                    let rows: Vec<NameRow> = handwritten(
                        "SELECT c.relname::text AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid \
                         WHERE i.inhparent = 'audit_logs'::regclass ORDER BY c.relname",
                    )
                    .load(&mut wire)
                    .await?;
                    Ok(rows.into_iter().map(|row| row.name).collect())
                },
            )
            .await
    }

    async fn list_sealed(
        &self,
        partition: &str,
        after: u64,
        limit: u16,
    ) -> Result<Vec<SealedRow>, Outage> {
        let asked = (partition.to_owned(), after, limit);
        self.0.read("list_sealed_audit", &asked, sealed).await
    }

    async fn list_strays(
        &self,
        partition: &str,
        after: Option<Position>,
        limit: u16,
    ) -> Result<Option<(Position, Vec<StrayRow>)>, Outage> {
        let asked = (partition.to_owned(), after, limit);
        self.0.read("list_audit_strays", &asked, strays).await
    }
}

/// The look-up of each row is a query of its own inside, so that it goes by the key into one partition.
async fn unsealed(
    mut wire: &AsyncPgConnection,
    limit: u16,
) -> Result<Vec<RowImage>, Failure<Never>> {
    let rows: Vec<ImageRow> = handwritten(concat!(
        "SELECT l.id, l.created_at, l.partition, l.columns FROM audit_unsealed u CROSS JOIN LATERAL ( \
             SELECT l.id, l.created_at, (SELECT c.relname::text FROM pg_class c WHERE c.oid = l.tableoid) AS partition, ",
        columns!(),
        " FROM audit_logs l WHERE l.created_at = u.created_at AND l.id = u.id LIMIT 1) l \
         ORDER BY u.created_at, u.id LIMIT $1"
    ))
    .bind::<BigInt, _>(i64::from(limit))
    .load(&mut wire)
    .await?;
    Ok(rows.into_iter().map(RowImage::from).collect())
}

impl From<ImageRow> for RowImage {
    fn from(row: ImageRow) -> Self {
        Self {
            partition: row.partition,
            id: AuditId::new(row.id),
            at: row.created_at,
            columns: row.columns,
        }
    }
}

async fn head(
    mut wire: &AsyncPgConnection,
    partition: &str,
) -> Result<Option<ChainHead>, Failure<Never>> {
    let rows: Vec<HeadRow> = handwritten(
        "SELECT position, link_hash FROM audit_seals WHERE partition = $1 ORDER BY position DESC LIMIT 1",
    )
    .bind::<Text, _>(partition)
    .load(&mut wire)
    .await?;
    let head = rows.into_iter().next().map(|row| {
        Ok::<_, Damage>(ChainHead {
            position: place(row.position)?,
            link: digest(row.link_hash)?,
        })
    });
    Ok(head.transpose()?)
}

async fn extend(mut wire: &AsyncPgConnection, seals: &[Seal]) -> Result<(), Failure<Overtaken>> {
    let ids: Vec<_> = seals.iter().map(|seal| seal.row.as_uuid()).collect();
    let times: Vec<_> = seals.iter().map(|seal| seal.at).collect();
    let partitions: Vec<_> = seals.iter().map(|seal| seal.partition.as_str()).collect();
    let places: Result<Vec<_>, _> = seals.iter().map(|seal| stored(seal.position)).collect();
    let row_hashes: Vec<_> = seals.iter().map(|seal| &seal.row_hash[..]).collect();
    let links: Vec<_> = seals.iter().map(|seal| &seal.link[..]).collect();
    // Whoever deletes a row first seals it: the other finds it gone, and its places taken.
    let written = handwritten(
        "WITH waiting AS ( \
             DELETE FROM audit_unsealed u USING unnest($1, $2) AS s (id, at) WHERE u.created_at = s.at AND u.id = s.id RETURNING u.id \
         ) INSERT INTO audit_seals (row_id, row_at, partition, position, row_hash, link_hash) \
         SELECT s.* FROM unnest($1, $2, $3, $4, $5, $6) AS s (id, at, partition, position, row_hash, link_hash) \
         JOIN waiting w ON w.id = s.id",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Timestamptz>, _>(times)
    .bind::<Array<Text>, _>(partitions)
    .bind::<Array<BigInt>, _>(places?)
    .bind::<Array<Binary>, _>(row_hashes)
    .bind::<Array<Binary>, _>(links)
    .execute(&mut wire)
    .await;
    let written = match written {
        // Each partition has a constraint of its own name; any of them means the same.
        Err(error) if is_unique(&error) => return Err(Failure::Conflict(Overtaken)),
        other => other?,
    };
    if written == seals.len() {
        Ok(())
    } else {
        Err(Failure::Conflict(Overtaken))
    }
}

fn is_unique(error: &diesel::result::Error) -> bool {
    matches!(
        error,
        diesel::result::Error::DatabaseError(diesel::result::DatabaseErrorKind::UniqueViolation, _)
    )
}

async fn sealed(
    mut wire: &AsyncPgConnection,
    (partition, after, limit): &(String, u64, u16),
) -> Result<Vec<SealedRow>, Failure<Never>> {
    let rows: Vec<SealRow> = handwritten(concat!(
        "SELECT s.*, l.columns FROM ( \
             SELECT position, row_id, row_at, row_hash, link_hash FROM audit_seals \
             WHERE partition = $1 AND position > $2 ORDER BY position LIMIT $3) s \
         LEFT JOIN LATERAL (SELECT ",
        columns!(),
        " FROM audit_logs l WHERE l.created_at = s.row_at AND l.id = s.row_id LIMIT 1) l ON true ORDER BY s.position"
    ))
    .bind::<Text, _>(partition.as_str())
    .bind::<BigInt, _>(stored(*after)?)
    .bind::<BigInt, _>(i64::from(*limit))
    .load(&mut wire)
    .await?;
    let sealed: Result<Vec<_>, Damage> = rows
        .into_iter()
        .map(|row| row.into_sealed(partition))
        .collect();
    Ok(sealed?)
}

impl SealRow {
    fn into_sealed(self, partition: &str) -> Result<SealedRow, Damage> {
        let (row, at) = (AuditId::new(self.row_id), self.row_at);
        let image = self.columns.map(|columns| RowImage {
            partition: partition.to_owned(),
            id: row,
            at,
            columns,
        });
        Ok(SealedRow {
            seal: Seal {
                partition: partition.to_owned(),
                position: place(self.position)?,
                row,
                at,
                row_hash: digest(self.row_hash)?,
                link: digest(self.link_hash)?,
            },
            image,
        })
    }
}

async fn strays(
    mut wire: &AsyncPgConnection,
    (partition, after, limit): &(String, Option<Position>, u16),
) -> Result<Option<(Position, Vec<StrayRow>)>, Failure<Never>> {
    let after = after.unwrap_or(Position {
        at: DateTime::<Utc>::UNIX_EPOCH - chrono::TimeDelta::days(365 * 1_970),
        id: Uuid::nil(),
    });
    let rows: Vec<KnownRow> =
        handwritten("SELECT id, created_at, is_known FROM list_audit_partition($1, $2, $3, $4) ORDER BY created_at, id")
            .bind::<Text, _>(partition.as_str())
            .bind::<Timestamptz, _>(after.at)
            .bind::<SqlUuid, _>(after.id)
            .bind::<BigInt, _>(i64::from(*limit))
            .load(&mut wire)
            .await?;
    let Some(last) = rows.last().map(|row| Position {
        at: row.created_at,
        id: row.id,
    }) else {
        return Ok(None);
    };
    let strays = rows.iter().filter(|row| !row.is_known);
    let strays = strays.map(|row| StrayRow {
        id: AuditId::new(row.id),
        at: row.created_at,
    });
    Ok(Some((last, strays.collect())))
}

fn digest(bytes: Vec<u8>) -> Result<Digest, Damage> {
    bytes
        .try_into()
        .map_err(|bytes: Vec<u8>| Damage::new("audit_seals hash", format!("{} bytes", bytes.len())))
}

fn place(stored: i64) -> Result<u64, Damage> {
    u64::try_from(stored).map_err(|error| Damage::new("audit_seals.position", error.to_string()))
}

fn stored(place: u64) -> Result<i64, Damage> {
    i64::try_from(place).map_err(|error| Damage::new("audit_seals.position", error.to_string()))
}
