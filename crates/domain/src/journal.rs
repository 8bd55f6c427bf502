//! What every write brings along: its audit trail and the messages that it causes.

use crate::audit::AuditEntry;
use crate::job::NewJob;

/// At least one audit entry, and any number of jobs, written in the transaction of their cause.
///
/// A write takes a journal by value of its type, so a write without an audit row cannot be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    entries: Vec<AuditEntry>,
    jobs: Vec<NewJob>,
}

impl Journal {
    /// A journal of one entry.
    #[must_use]
    pub fn new(entry: AuditEntry) -> Self {
        Self {
            entries: vec![entry],
            jobs: Vec::new(),
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

    /// The same entries without the jobs: what happened is written down, and nobody is told.
    #[must_use]
    pub fn silent(mut self) -> Self {
        self.jobs.clear();
        self
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
}
