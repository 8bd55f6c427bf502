//! The audit log by the month.

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::sql_types::{Integer, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::audit::chain::Retirement;
use domain::outage::Outage;
use domain::port::audit_partitions::AuditPartitions;

use crate::failure::{Failure, Never};
use crate::pg::{Pg, no_conflict};
use crate::sql::journal;
use crate::statement::handwritten;

/// The partitions of the audit log in PostgreSQL. They belong to the owner of the schema; the server may only ask for what the
/// functions of the migration do.
#[derive(Clone)]
pub struct PgAuditPartitions(Pg);

impl PgAuditPartitions {
    /// The partitions behind this pool.
    #[must_use]
    pub const fn new(pg: Pg) -> Self {
        Self(pg)
    }
}

#[derive(QueryableByName)]
struct StuckRow {
    #[diesel(sql_type = Integer)]
    stuck: i32,
}

#[derive(QueryableByName)]
struct NameRow {
    #[diesel(sql_type = Text)]
    name: String,
}

#[async_trait]
impl AuditPartitions for PgAuditPartitions {
    async fn make_ahead(&self, months: u16) -> Result<u32, Outage> {
        let made = self.0.write(
            "make_audit_partitions",
            months,
            async |wire: &AsyncPgConnection, months: &u16| make(wire, *months).await,
        );
        let stuck = no_conflict(made.await)?;
        Ok(u32::try_from(stuck).unwrap_or_default())
    }

    async fn drop_expired(&self, retirement: &Retirement) -> Result<Vec<String>, Outage> {
        let retirement = retirement.clone();
        let dropped = self.0.write("drop_audit_partitions", retirement, retire);
        no_conflict(dropped.await)
    }
}

async fn make(mut wire: &AsyncPgConnection, months: u16) -> Result<i32, Failure<Never>> {
    let row: StuckRow = handwritten("SELECT make_audit_partitions($1) AS stuck")
        .bind::<Integer, _>(i32::from(months))
        .get_result(&mut wire)
        .await?;
    Ok(row.stuck)
}

async fn retire(
    mut wire: &AsyncPgConnection,
    retirement: &Retirement,
) -> Result<Vec<String>, Failure<Never>> {
    let rows: Vec<NameRow> = handwritten("SELECT name FROM drop_audit_partitions($1) AS name")
        .bind::<Timestamptz, _>(retirement.keep_from)
        .load(&mut wire)
        .await?;
    if !rows.is_empty() {
        journal::write(wire, &retirement.journal).await?;
    }
    Ok(rows.into_iter().map(|row| row.name).collect())
}
