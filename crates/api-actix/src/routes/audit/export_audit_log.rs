//! `GET /api/audit-logs/export`

use std::io;

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use application::audit::export_log::Export;
use bytes::Bytes;
use domain::access::proof::ReadAudit;
use domain::violation::Violation;
use futures_util::stream::{Stream, try_unfold};
use garde::Validate;
use serde::Deserialize;
use utoipa::IntoParams;

use super::filter::{FilterTexts, a_request_id, a_time, an_action, an_id, an_outcome};
use super::format::ExportFormat;
use crate::extract::{Authorized, Query, checked, optional};
use crate::problem::Problem;
use crate::state::Api;

/// Which rows, and how they are written.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ExportQuery {
    /// `ndjson` (default): one JSON object a line; `csv`: RFC 4180 with a header.
    #[garde(custom(optional(a_format)))]
    #[param(example = "ndjson")]
    format: Option<String>,
    /// What this account did.
    #[garde(custom(optional(an_id)))]
    #[param(value_type = Option<Uuid>)]
    actor: Option<String>,
    /// What was done to the account, session or script of this id.
    #[garde(custom(optional(an_id)))]
    #[param(value_type = Option<Uuid>)]
    subject: Option<String>,
    /// Only this action.
    #[garde(custom(optional(an_action)))]
    #[param(example = "account.suspend")]
    action: Option<String>,
    /// `success`, `failure` or `denied`.
    #[garde(custom(optional(an_outcome)))]
    #[param(example = "success")]
    outcome: Option<String>,
    /// At this time or later.
    #[garde(custom(optional(a_time)))]
    #[param(value_type = Option<DateTime<Utc>>, example = "2026-01-01T00:00:00Z")]
    from: Option<String>,
    /// Before this time.
    #[garde(custom(optional(a_time)))]
    #[param(value_type = Option<DateTime<Utc>>, example = "2099-01-01T00:00:00Z")]
    to: Option<String>,
    /// In the request of this id.
    #[garde(custom(optional(a_request_id)))]
    request_id: Option<String>,
}

fn a_format(name: &str) -> Result<ExportFormat, Violation> {
    ExportFormat::by_name(name).ok_or(Violation::Unknown("ndjson, csv"))
}

/// Export the audit log
///
/// Newest first, streamed. An answer that breaks off was not all: its body has no regular end. The export is a row of the log itself.
#[utoipa::path(
    tag = "audit",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("audit.read"))),
    params(ExportQuery),
    responses((
        status = 200,
        description = "The rows, as `application/x-ndjson` or `text/csv`",
        body = String,
        content_type = "application/x-ndjson",
    ))
)]
#[get("/api/audit-logs/export")]
pub(super) async fn export_audit_log(
    Authorized(by): Authorized<ReadAudit>,
    Query(query): Query<ExportQuery>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let format = query.format.as_deref().map(a_format).transpose();
    let format = checked("format", format)?.unwrap_or_default();
    let texts = FilterTexts {
        actor: query.actor.as_deref(),
        subject: query.subject.as_deref(),
        action: query.action.as_deref(),
        outcome: query.outcome.as_deref(),
        from: query.from.as_deref(),
        to: query.to.as_deref(),
        request_id: query.request_id.as_deref(),
    };
    let by = by.into();
    let export = api
        .export_audit_log
        .begin(&by, texts.read()?, format.name());
    let rows = written(export.await?, format);
    let name = format!("attachment; filename=\"audit-log.{}\"", format.name());
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, format.media_type()))
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .streaming(rows))
}

/// One batch after the other, read when the one before it was sent: whoever reads slowly, or hangs up, costs no more than one batch.
fn written(export: Export, format: ExportFormat) -> impl Stream<Item = Result<Bytes, io::Error>> {
    let begin = (export, true);
    try_unfold(begin, move |(mut export, is_first)| async move {
        let Some(records) = export.next().await.map_err(io::Error::other)? else {
            return Ok(None);
        };
        let text = format.write(&records, is_first).map_err(io::Error::other)?;
        Ok(Some((Bytes::from(text), (export, false))))
    })
}
