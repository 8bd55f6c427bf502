//! What every write brings along: its audit trail and the messages that it causes.

use crate::account::one_time_token::OneTimeToken;
use crate::audit::AuditEntry;
use crate::job::NewJob;

/// At least one audit entry, any number of jobs and the tokens that mails bring, written in the transaction of their cause.
///
/// A write takes a journal by value of its type, so a write without an audit row cannot be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    entries: Vec<AuditEntry>,
    jobs: Vec<NewJob>,
    tokens: Vec<OneTimeToken>,
}

impl Journal {
    /// A journal of one entry.
    #[must_use]
    pub fn new(entry: AuditEntry) -> Self {
        Self {
            entries: vec![entry],
            jobs: Vec::new(),
            tokens: Vec::new(),
        }
    }

    /// One more entry.
    #[must_use]
    pub fn and(mut self, entry: AuditEntry) -> Self {
        self.entries.push(entry);
        self
    }

    /// A job that exists exactly when the write does.
    #[must_use]
    pub fn enqueue(mut self, job: NewJob) -> Self {
        self.jobs.push(job);
        self
    }

    /// The same entries without the jobs and their tokens: what happened is written down, and nobody is told.
    #[must_use]
    pub fn silent(mut self) -> Self {
        self.jobs.clear();
        self.tokens.clear();
        self
    }

    /// A mail with the token that it brings; both exist exactly when the write does.
    #[must_use]
    pub fn enqueue_with(mut self, token: OneTimeToken, mail: NewJob) -> Self {
        self.tokens.push(token);
        self.enqueue(mail)
    }

    /// The audit entries, never empty.
    #[must_use]
    pub fn entries(&self) -> &[AuditEntry] {
        &self.entries
    }

    /// The jobs to enqueue.
    #[must_use]
    pub fn jobs(&self) -> &[NewJob] {
        &self.jobs
    }

    /// The tokens to record, which its mails bring.
    #[must_use]
    pub fn tokens(&self) -> &[OneTimeToken] {
        &self.tokens
    }
}
