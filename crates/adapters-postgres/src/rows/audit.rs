//! Audit entries as rows.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Inet, Jsonb, Nullable, Text, Timestamptz};
use diesel::{Insertable, QueryableByName};
use domain::audit::reading::AuditRecord;
use domain::audit::{AuditEntry, FactValue, Facts, Outcome, Party};
use domain::id::{ApiKeyId, AuditId, SessionId, UserId};
use ipnet::IpNet;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::failure::Damage;
use crate::schema::audit_logs;

/// One row of the audit log.
#[derive(Insertable)]
#[diesel(table_name = audit_logs, treat_none_as_default_value = false)]
pub(crate) struct AuditRow<'a> {
    id: Uuid,
    actor_id: Option<Uuid>,
    actor_kind: &'static str,
    subject_kind: &'static str,
    subject_id: Option<Uuid>,
    action: &'static str,
    outcome: &'static str,
    before: Value,
    after: Value,
    ip: Option<IpNet>,
    user_agent: Option<&'a str>,
    session_id: Option<Uuid>,
    request_id: Option<&'a str>,
    created_at: DateTime<Utc>,
    api_key_id: Option<Uuid>,
}

impl<'a> From<&'a AuditEntry> for AuditRow<'a> {
    fn from(entry: &'a AuditEntry) -> Self {
        let (actor_kind, actor_id) = match entry.actor {
            Party::Anonymous => ("anonymous", None),
            Party::User(id) => ("user", Some(id.as_uuid())),
            Party::System => ("system", None),
            Party::Operator => ("operator", None),
        };
        Self {
            id: entry.id.as_uuid(),
            actor_id,
            actor_kind,
            subject_kind: entry.subject.kind(),
            subject_id: entry.subject.id(),
            action: entry.action.name(),
            outcome: entry.outcome.name(),
            before: picture(&entry.before),
            after: picture(&entry.after),
            ip: entry.origin.ip.map(network),
            user_agent: entry.origin.user_agent.as_deref(),
            session_id: entry.origin.session.map(SessionId::as_uuid),
            request_id: entry.origin.request_id.as_deref(),
            created_at: entry.at,
            api_key_id: entry.origin.key.map(ApiKeyId::as_uuid),
        }
    }
}

/// A single address in the form that `inet` has.
pub(crate) fn network(ip: IpAddr) -> IpNet {
    IpNet::from(ip)
}

fn picture(facts: &Facts) -> Value {
    let pairs = facts.as_slice().iter().map(|fact| {
        let value = match &fact.value {
            FactValue::Text(text) => Value::from(text.as_str()),
            FactValue::Number(number) => Value::from(*number),
            FactValue::Flag(flag) => Value::from(*flag),
            FactValue::List(items) => Value::from(items.as_slice()),
            FactValue::Absent => Value::Null,
        };
        (fact.name.to_owned(), value)
    });
    Value::Object(pairs.collect::<Map<_, _>>())
}

/// The columns of [`RecordRow`].
macro_rules! record_columns {
    () => {
        "id, actor_id, actor_kind, subject_kind, subject_id, action, outcome, before, after, ip, user_agent, session_id, request_id, \
         created_at, api_key_id"
    };
}
pub(crate) use record_columns;

/// A row of the audit log, to be read.
#[derive(QueryableByName)]
pub(crate) struct RecordRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<diesel::sql_types::Uuid>)]
    actor_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    actor_kind: String,
    #[diesel(sql_type = Text)]
    subject_kind: String,
    #[diesel(sql_type = Nullable<diesel::sql_types::Uuid>)]
    subject_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Text)]
    outcome: String,
    #[diesel(sql_type = Jsonb)]
    before: Value,
    #[diesel(sql_type = Jsonb)]
    after: Value,
    #[diesel(sql_type = Nullable<Inet>)]
    ip: Option<IpNet>,
    #[diesel(sql_type = Nullable<Text>)]
    user_agent: Option<String>,
    #[diesel(sql_type = Nullable<diesel::sql_types::Uuid>)]
    session_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    request_id: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<diesel::sql_types::Uuid>)]
    api_key_id: Option<Uuid>,
}

impl RecordRow {
    pub(crate) fn into_record(self) -> Result<AuditRecord, Damage> {
        let actor = match (self.actor_kind.as_str(), self.actor_id) {
            ("anonymous", _) => Party::Anonymous,
            ("user", Some(id)) => Party::User(UserId::new(id)),
            ("system", _) => Party::System,
            ("operator", _) => Party::Operator,
            (other, _) => return Err(Damage::new("audit_logs.actor_kind", other)),
        };
        let outcome = Outcome::by_name(&self.outcome)
            .ok_or_else(|| Damage::new("audit_logs.outcome", self.outcome.as_str()))?;
        Ok(AuditRecord {
            id: AuditId::new(self.id),
            at: self.created_at,
            actor,
            action: self.action,
            subject_kind: self.subject_kind,
            subject_id: self.subject_id,
            outcome,
            before: self.before.to_string(),
            after: self.after.to_string(),
            ip: self.ip.map(|network| network.addr()),
            user_agent: self.user_agent,
            session: self.session_id.map(SessionId::new),
            key: self.api_key_id.map(ApiKeyId::new),
            request_id: self.request_id,
        })
    }
}
