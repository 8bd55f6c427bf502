//! How a row of the audit log looks.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use domain::audit::Party;
use domain::audit::reading::AuditRecord;
use domain::id::{ApiKeyId, SessionId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

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
    /// `user`, `session`, `script`, `api_key` or `none`.
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
