//! Reading the audit log.

use async_trait::async_trait;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::audit::reading::{AuditFilter, AuditListing, AuditRecord, SecurityTimeline};
use domain::audit::{AuditAction, Outcome, Subject};
use domain::outage::Outage;
use domain::page::{Limit, Page, Position, Window};
use domain::port::audit_records::AuditRecords;

use crate::failure::{Damage, Failure, Never};
use crate::pg::Pg;
use crate::rows::audit::{RecordRow, record_columns};
use crate::statement::{Handwritten, handwritten};

/// The rows of the audit log in PostgreSQL.
#[derive(Clone)]
pub struct PgAuditRecords(Pg);

impl PgAuditRecords {
    /// The rows behind this pool.
    #[must_use]
    pub const fn new(pg: Pg) -> Self {
        Self(pg)
    }
}

#[async_trait]
impl AuditRecords for PgAuditRecords {
    async fn list(&self, listing: &AuditListing) -> Result<Page<AuditRecord>, Outage> {
        self.0.read("list_audit", listing, list).await
    }

    async fn timeline(&self, timeline: &SecurityTimeline) -> Result<Page<AuditRecord>, Outage> {
        self.0.read("security_timeline", timeline, of_person).await
    }
}

async fn list(
    mut wire: &AsyncPgConnection,
    listing: &AuditListing,
) -> Result<Page<AuditRecord>, Failure<Never>> {
    let statement = handwritten(concat!(
        "SELECT ",
        record_columns!(),
        " FROM audit_logs WHERE true"
    ));
    let statement = in_window(filtered(statement, &listing.filter), listing.window);
    let rows: Vec<RecordRow> = newest_first(statement, listing.window, listing.limit)
        .load(&mut wire)
        .await?;
    page(rows, listing.window, listing.limit)
}

/// One text for each combination of filters; each filter has an index that ends in time and id.
fn filtered<'q>(mut statement: Handwritten<'q>, filter: &'q AuditFilter) -> Handwritten<'q> {
    if let Some(actor) = filter.actor {
        statement = statement
            .text(" AND actor_id = ")
            .value::<Uuid, _>(actor.as_uuid());
    }
    if let Some(subject) = filter.subject {
        statement = statement
            .text(" AND subject_kind = ANY (")
            .value::<Array<Text>, _>(Subject::KINDS)
            .text(") AND subject_id = ")
            .value::<Uuid, _>(subject);
    }
    if let Some(action) = filter.action {
        statement = statement
            .text(" AND action = ")
            .value::<Text, _>(action.name());
    }
    if let Some(outcome) = filter.outcome {
        // Written out, because the index of what failed can only be used where the statement says so.
        statement = statement.text(match outcome {
            Outcome::Success => " AND outcome = 'success'",
            Outcome::Failure => " AND outcome = 'failure'",
            Outcome::Denied => " AND outcome = 'denied'",
        });
    }
    if let Some(from) = filter.from {
        statement = statement
            .text(" AND created_at >= ")
            .value::<Timestamptz, _>(from);
    }
    if let Some(to) = filter.to {
        statement = statement
            .text(" AND created_at < ")
            .value::<Timestamptz, _>(to);
    }
    if let Some(request) = &filter.request_id {
        statement = statement
            .text(" AND request_id = ")
            .value::<Text, _>(request.as_str());
    }
    statement
}

/// Each way in which a row can concern a person has an index, so each is read for itself, newest first, and no further than the page
/// goes.
async fn of_person(
    mut wire: &AsyncPgConnection,
    timeline: &SecurityTimeline,
) -> Result<Page<AuditRecord>, Failure<Never>> {
    let told: Vec<_> = AuditAction::ALL
        .iter()
        .filter(|action| action.concerns_security())
        .map(|action| action.name())
        .collect();
    let (window, limit) = (timeline.window, timeline.limit);
    let mut statement = handwritten("SELECT * FROM (");
    for (number, whose) in [
        concat!("(SELECT ", record_columns!(), " FROM audit_logs WHERE actor_id = "),
        concat!(" UNION (SELECT ", record_columns!(), " FROM audit_logs WHERE subject_kind = 'user' AND subject_id = "),
        concat!(" UNION (SELECT ", record_columns!(), " FROM audit_logs WHERE subject_kind = 'session' AND subject_id IN (SELECT id FROM sessions WHERE user_id = "),
    ]
    .into_iter()
    .enumerate()
    {
        statement = statement
            .text(whose)
            .value::<Uuid, _>(timeline.user.as_uuid())
            .text(if number == 2 { ")" } else { "" })
            .text(" AND action = ANY (")
            .value::<Array<Text>, _>(told.clone())
            .text(")");
        statement = newest_first(in_window(statement, window), window, limit).text(")");
    }
    statement = statement.text(") AS concerning");
    let rows: Vec<RecordRow> = newest_first(statement, window, limit)
        .load(&mut wire)
        .await?;
    page(rows, window, limit)
}

fn in_window(statement: Handwritten<'_>, window: Window) -> Handwritten<'_> {
    let (beyond, place) = match window {
        Window::First => return statement,
        Window::After(place) => (" AND (created_at, id) < (", place),
        Window::Before(place) => (" AND (created_at, id) > (", place),
    };
    statement
        .text(beyond)
        .value::<Timestamptz, _>(place.at)
        .text(", ")
        .value::<Uuid, _>(place.id)
        .text(")")
}

fn newest_first(statement: Handwritten<'_>, window: Window, limit: Limit) -> Handwritten<'_> {
    let order = match window {
        Window::First | Window::After(_) => " ORDER BY created_at DESC, id DESC LIMIT ",
        Window::Before(_) => " ORDER BY created_at, id LIMIT ",
    };
    statement
        .text(order)
        .value::<BigInt, _>(i64::from(limit.get()) + 1)
}

fn page(
    rows: Vec<RecordRow>,
    window: Window,
    limit: Limit,
) -> Result<Page<AuditRecord>, Failure<Never>> {
    let records: Result<Vec<_>, Damage> = rows.into_iter().map(RecordRow::into_record).collect();
    Ok(Page::cut(records?, window, limit, |record| Position {
        at: record.at,
        id: record.id.as_uuid(),
    }))
}
