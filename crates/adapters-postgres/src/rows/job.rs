//! Jobs as rows: references only, in JSON.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Integer, Jsonb, Text, Timestamptz};
use diesel::{Insertable, QueryableByName};
use domain::id::{JobId, LeaseId, SessionId, TokenId, UserId};
use domain::job::{ClaimedJob, Job, MailOrder, NewJob, retry};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{signed, unsigned};
use crate::failure::Damage;
use crate::schema::jobs;

/// A job to enqueue.
#[derive(Insertable)]
#[diesel(table_name = jobs)]
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
#[serde(tag = "mail", rename_all = "snake_case", deny_unknown_fields)]
enum MailPayload {
    VerifyEmail { user: Uuid, token: Uuid },
    RefreshTokenReused { user: Uuid, session: Uuid },
}

impl From<MailOrder> for MailPayload {
    fn from(order: MailOrder) -> Self {
        match order {
            MailOrder::VerifyEmail { user, token } => Self::VerifyEmail {
                user: user.as_uuid(),
                token: token.as_uuid(),
            },
            MailOrder::RefreshTokenReused { user, session } => Self::RefreshTokenReused {
                user: user.as_uuid(),
                session: session.as_uuid(),
            },
        }
    }
}

impl From<MailPayload> for MailOrder {
    fn from(payload: MailPayload) -> Self {
        match payload {
            MailPayload::VerifyEmail { user, token } => Self::VerifyEmail {
                user: UserId::new(user),
                token: TokenId::new(token),
            },
            MailPayload::RefreshTokenReused { user, session } => Self::RefreshTokenReused {
                user: UserId::new(user),
                session: SessionId::new(session),
            },
        }
    }
}

impl NewJobRow {
    pub(crate) fn of(new: &NewJob) -> Result<Self, Damage> {
        let payload = match new.job {
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
                .map(|payload| Job::SendMail(payload.into()))
                .map_err(|error| Damage::new("jobs.payload", error.to_string()))?,
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
