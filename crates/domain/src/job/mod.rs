//! Work that is done after its cause was written: at least once, by any worker.

pub mod retry;

use chrono::{DateTime, Utc};

use crate::id::{JobId, LeaseId, SessionId, TokenId, UserId};

/// A job to enqueue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Its id; also the stable part of a mail's Message-ID.
    pub id: JobId,
    /// When it may run first.
    pub run_at: DateTime<Utc>,
    /// What to do.
    pub job: Job,
}

/// What a worker can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Job {
    /// Render a mail and hand it over.
    SendMail(MailOrder),
}

impl Job {
    /// The kind, as stored and counted.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::SendMail(_) => "mail",
        }
    }
}

/// A mail to send: only references, so that no secret and no address rests in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailOrder {
    /// "Please confirm your address": the token is derived from its id when the mail is rendered.
    VerifyEmail {
        /// To whom.
        user: UserId,
        /// The token to send.
        token: TokenId,
    },
    /// "A stolen session was ended".
    RefreshTokenReused {
        /// To whom.
        user: UserId,
        /// The session that was ended.
        session: SessionId,
    },
}

impl MailOrder {
    /// The person the mail goes to.
    #[must_use]
    pub const fn user(self) -> UserId {
        match self {
            Self::VerifyEmail { user, .. } | Self::RefreshTokenReused { user, .. } => user,
        }
    }
}

/// A job that a worker holds for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedJob {
    /// The job.
    pub id: JobId,
    /// Proof of the claim; a worker whose lease ran out can no longer settle the job.
    pub lease: LeaseId,
    /// Which try this is, from 1.
    pub attempt: u32,
    /// What to do.
    pub job: Job,
    /// When it was enqueued.
    pub enqueued_at: DateTime<Utc>,
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// Done, or no longer needed.
    Done,
    /// Try again later.
    Retry {
        /// Not before.
        run_at: DateTime<Utc>,
        /// What went wrong, without personal data.
        error: String,
    },
    /// Set aside for staff: trying again would not help.
    Dead {
        /// What went wrong, without personal data.
        error: String,
    },
}

/// How much waits, for metrics and readiness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueDepth {
    /// Jobs that wait or run.
    pub waiting: u64,
    /// Jobs set aside.
    pub dead: u64,
    /// Age of the oldest job that could run, in seconds.
    pub oldest_seconds: u64,
}
