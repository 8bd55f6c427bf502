//! `GET /api/audit-logs`

use std::net::IpAddr;

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};
use domain::access::permission::Permission;
use domain::access::proof::ReadAudit;
use domain::audit::reading::{AuditFilter, AuditListing, AuditRecord};
use domain::audit::{AuditAction, Outcome, Party};
use domain::id::{ApiKeyId, SessionId, UserId};
use domain::page::Limit;
use domain::violation::Violation;
use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::cursor::{self, Listed, PageView};
use crate::extract::{Authorized, Query, checked, optional};
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
    #[garde(length(bytes, max = 128))]
    request_id: Option<String>,
    /// 1 to 50, with `api.advanced` to 100.
    #[garde(skip)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 100, example = 20)]
    limit: Option<String>,
    /// `next_cursor` or `prev_cursor` of another page of the same list.
    #[garde(length(bytes, max = 512))]
    cursor: Option<String>,
}

fn an_id(text: &str) -> Result<Uuid, Violation> {
    Uuid::try_parse(text).map_err(|_not_an_id| Violation::Malformed("a UUID"))
}

fn an_action(name: &str) -> Result<AuditAction, Violation> {
    AuditAction::by_name(name).ok_or(Violation::Unknown("the actions of the audit log"))
}

fn an_outcome(name: &str) -> Result<Outcome, Violation> {
    Outcome::by_name(name).ok_or(Violation::Unknown("success, failure, denied"))
}

fn a_time(text: &str) -> Result<DateTime<Utc>, Violation> {
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.with_timezone(&Utc))
        .map_err(|_not_a_time| Violation::Malformed("a time such as 2026-01-31T12:00:00Z"))
}

impl AuditQuery {
    fn filter(&self) -> Result<AuditFilter, Problem> {
        let id =
            |field, text: &Option<String>| checked(field, text.as_deref().map(an_id).transpose());
        let time =
            |field, text: &Option<String>| checked(field, text.as_deref().map(a_time).transpose());
        let action = self.action.as_deref().map(an_action).transpose();
        let outcome = self.outcome.as_deref().map(an_outcome).transpose();
        Ok(AuditFilter {
            actor: id("actor", &self.actor)?.map(UserId::new),
            subject: id("subject", &self.subject)?,
            action: checked("action", action)?,
            outcome: checked("outcome", outcome)?,
            from: time("from", &self.from)?,
            to: time("to", &self.to)?,
            request_id: self.request_id.clone(),
        })
    }
}

/// A row of the audit log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "AuditRecord")]
pub(super) struct AuditRecordView {
    /// The row's id; ids follow the order of time.
    id: Uuid,
    /// When it happened.
    at: DateTime<Utc>,
    /// `anonymous`, `user`, `system` or `operator`.
    #[schema(example = "user")]
    actor_kind: &'static str,
    /// The account that acted.
    actor_id: Option<Uuid>,
    /// What was done.
    #[schema(example = "account.suspend")]
    action: String,
    /// `success`, `failure` or `denied`.
    #[schema(example = "success")]
    outcome: &'static str,
    /// `user`, `session`, `api_key`, `script` or `none`.
    #[schema(example = "user")]
    subject_kind: String,
    /// What it was done to.
    subject_id: Option<Uuid>,
    /// What was there before, as far as it changed.
    #[schema(value_type = Object)]
    before: Value,
    /// What is there since, as far as it changed.
    #[schema(value_type = Object)]
    after: Value,
    /// The client's address.
    #[schema(value_type = Option<String>)]
    ip: Option<IpAddr>,
    /// The client.
    user_agent: Option<String>,
    /// The session that acted.
    session_id: Option<Uuid>,
    /// The API key that acted.
    api_key_id: Option<Uuid>,
    /// The request.
    request_id: Option<String>,
}

impl From<&AuditRecord> for AuditRecordView {
    fn from(record: &AuditRecord) -> Self {
        let (actor_kind, actor_id) = match record.actor {
            Party::Anonymous => ("anonymous", None),
            Party::User(user) => ("user", Some(user.as_uuid())),
            Party::System => ("system", None),
            Party::Operator => ("operator", None),
        };
        Self {
            id: record.id.as_uuid(),
            at: record.at,
            actor_kind,
            actor_id,
            action: record.action.clone(),
            outcome: record.outcome.name(),
            subject_kind: record.subject_kind.clone(),
            subject_id: record.subject_id,
            before: picture(&record.before),
            after: picture(&record.after),
            ip: record.ip,
            user_agent: record.user_agent.clone(),
            session_id: record.session.map(SessionId::as_uuid),
            api_key_id: record.key.map(ApiKeyId::as_uuid),
            request_id: record.request_id.clone(),
        }
    }
}

/// The stored object. PostgreSQL keeps no broken JSON; should one come all the same, it is shown as nothing.
fn picture(stored: &str) -> Value {
    serde_json::from_str(stored).unwrap_or(Value::Null)
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
