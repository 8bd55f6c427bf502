//! `GET /api/audit-logs`

use actix_web::{HttpRequest, HttpResponse, get, web};
use domain::access::permission::Permission;
use domain::access::proof::ReadAudit;
use domain::audit::reading::{AuditFilter, AuditListing};
use domain::page::Limit;
use garde::Validate;
use serde::Deserialize;
use utoipa::IntoParams;

use super::filter::{FilterTexts, a_request_id, a_time, an_action, an_id, an_outcome};
use super::view::AuditRecordView;
use crate::cursor::{self, Listed, PageView};
use crate::extract::{Authorized, Query, optional};
use crate::problem::Problem;
use crate::state::Api;

/// Which page of which rows.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditQuery {
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
    /// 1 to 50, with `api.advanced` to 100.
    #[garde(skip)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 100, example = 20)]
    limit: Option<String>,
    /// `next_cursor` or `prev_cursor` of another page of the same list.
    #[garde(length(bytes, max = 512))]
    cursor: Option<String>,
}

impl AuditQuery {
    fn filter(&self) -> Result<AuditFilter, Problem> {
        let texts = FilterTexts {
            actor: self.actor.as_deref(),
            subject: self.subject.as_deref(),
            action: self.action.as_deref(),
            outcome: self.outcome.as_deref(),
            from: self.from.as_deref(),
            to: self.to.as_deref(),
            request_id: self.request_id.as_deref(),
        };
        texts.read()
    }
}

/// Search the audit log
///
/// Newest first; every filter is served by an index.
#[utoipa::path(
    tag = "audit",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("audit.read"))),
    params(AuditQuery),
    responses((status = 200, description = "One page", body = PageView<AuditRecordView>))
)]
#[get("/api/audit-logs")]
pub(super) async fn list_audit_logs(
    request: HttpRequest,
    Authorized(by): Authorized<ReadAudit>,
    Query(query): Query<AuditQuery>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let filter = query.filter()?;
    let ceiling = if by.actor().permissions().contains(Permission::ApiAdvanced) {
        Limit::ADVANCED_CEILING
    } else {
        Limit::CEILING
    };
    let listed = Listed::new("audit logs", &filter);
    let listing = AuditListing {
        window: listed.window(query.cursor.as_deref(), &*api.seals)?,
        limit: cursor::limit(query.limit.as_deref(), ceiling)?,
        filter,
    };
    let page = api.read_audit_log.run(&by.into(), &listing).await?;
    let view = listed.page(&page, &*api.seals, |record| AuditRecordView::from(record));
    let mut response = HttpResponse::Ok();
    if let Some(links) = view.links(&request) {
        response.insert_header(links);
    }
    Ok(response.json(view))
}
