//! The journal of a write: audit rows, jobs, and the tokens that mails bring.

use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::audit::AuditEntry;
use domain::journal::Journal;
use futures_util::future::try_join_all;

use crate::failure::Failure;
use crate::rows::audit::AuditRow;
use crate::rows::job::NewJobRow;
use crate::schema::{audit_logs, jobs};
use crate::sql::tokens;

/// Writes all of it; the statements travel together.
pub(crate) async fn write<C>(
    wire: &AsyncPgConnection,
    journal: &Journal,
) -> Result<(), Failure<C>> {
    let entries = journal.entries().iter().map(|entry| async move {
        let mut wire = wire;
        diesel::insert_into(audit_logs::table)
            .values(AuditRow::from(entry))
            .execute(&mut wire)
            .await?;
        Ok::<_, Failure<C>>(())
    });
    let enqueued = journal.jobs().iter().map(|job| async move {
        let mut wire = wire;
        diesel::insert_into(jobs::table)
            .values(NewJobRow::of(job)?)
            .execute(&mut wire)
            .await?;
        Ok::<_, Failure<C>>(())
    });
    let tokens = journal
        .tokens()
        .iter()
        .map(|token| tokens::add(wire, token));
    tokio::try_join!(
        try_join_all(entries),
        try_join_all(tokens),
        try_join_all(enqueued)
    )?;
    Ok(())
}

/// One statement carries at most 65,535 values, and a row has 14.
const ROWS_A_STATEMENT: usize = 1_000;

/// Writes many entries, in few statements; those that are there already are left alone.
pub(crate) async fn write_entries<C>(
    mut wire: &AsyncPgConnection,
    entries: &[AuditEntry],
) -> Result<(), Failure<C>> {
    for entries in entries.chunks(ROWS_A_STATEMENT) {
        let rows: Vec<_> = entries.iter().map(AuditRow::from).collect();
        diesel::insert_into(audit_logs::table)
            .values(rows)
            .on_conflict_do_nothing()
            .execute(&mut wire)
            .await?;
    }
    Ok(())
}
