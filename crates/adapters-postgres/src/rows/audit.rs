//! Audit entries as rows.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use diesel::Insertable;
use domain::audit::{AuditEntry, FactValue, Facts, Party};
use domain::id::SessionId;
use ipnet::IpNet;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::schema::audit_logs;

/// One row of the audit log.
#[derive(Insertable)]
#[diesel(table_name = audit_logs)]
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
