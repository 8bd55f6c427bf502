//! Jobs as rows: references only, in JSON.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Integer, Jsonb, Text, Timestamptz};
use diesel::{Insertable, QueryableByName};
use domain::account::one_time_token::TokenPurpose;
use domain::id::{JobId, LeaseId, TokenId, UserId};
use domain::job::{ClaimedJob, Job, Letter, MailOrder, MailToken, NewJob, retry};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{signed, unsigned};
use crate::failure::Damage;
use crate::schema::jobs;

/// A job to enqueue.
#[derive(Insertable)]
#[diesel(table_name = jobs, treat_none_as_default_value = false)]
pub(crate) struct NewJobRow {
    id: Uuid,
    kind: &'static str,
    payload: Value,
    run_at: DateTime<Utc>,
    max_attempts: i32,
}

/// A claimed job.
#[derive(QueryableByName)]
pub(crate) struct ClaimedRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub(crate) id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Jsonb)]
    payload: Value,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
}

/// The payload of a mail; its form is kept as long as jobs of it may wait.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MailPayload {
    user: Uuid,
    letter: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    token: Option<TokenPayload>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenPayload {
    id: Uuid,
    purpose: String,
}

impl From<&MailOrder> for MailPayload {
    fn from(order: &MailOrder) -> Self {
        Self {
            user: order.user.as_uuid(),
            letter: order.letter.name().to_owned(),
            detail: order.detail.clone(),
            token: order.token.as_ref().map(|token| TokenPayload {
                id: token.id.as_uuid(),
                purpose: token.purpose.name().to_owned(),
            }),
        }
    }
}

impl MailPayload {
    fn into_order(self) -> Result<MailOrder, Damage> {
        let unknown = |name: &str| Damage::new("jobs.payload", name);
        let token = self.token.map(|token| {
            let purpose = TokenPurpose::by_name(&token.purpose);
            Ok::<_, Damage>(MailToken {
                id: TokenId::new(token.id),
                purpose: purpose.ok_or_else(|| unknown(&token.purpose))?,
            })
        });
        Ok(MailOrder {
            user: UserId::new(self.user),
            letter: Letter::by_name(&self.letter).ok_or_else(|| unknown(&self.letter))?,
            detail: self.detail,
            token: token.transpose()?,
        })
    }
}

impl NewJobRow {
    pub(crate) fn of(new: &NewJob) -> Result<Self, Damage> {
        let payload = match &new.job {
            Job::SendMail(order) => serde_json::to_value(MailPayload::from(order)),
        };
        Ok(Self {
            id: new.id.as_uuid(),
            kind: new.job.kind(),
            payload: payload.map_err(|error| Damage::new("jobs.payload", error.to_string()))?,
            run_at: new.run_at,
            max_attempts: signed(retry::MAX_ATTEMPTS),
        })
    }
}

impl ClaimedRow {
    /// The job, or why it cannot be read.
    pub(crate) fn into_job(self, lease: LeaseId) -> Result<ClaimedJob, Damage> {
        let job = match self.kind.as_str() {
            "mail" => serde_json::from_value::<MailPayload>(self.payload)
                .map_err(|error| Damage::new("jobs.payload", error.to_string()))?
                .into_order()
                .map(Job::SendMail)?,
            other => return Err(Damage::new("jobs.kind", other)),
        };
        Ok(ClaimedJob {
            id: JobId::new(self.id),
            lease,
            attempt: unsigned("jobs.attempts", self.attempts)?,
            job,
            enqueued_at: self.created_at,
        })
    }
}
