//! Remembering, off the path of requests, what was refused and what was allowed.

use crate::audit::AuditEntry;

/// Takes note of decisions about access, and writes the notes down within a second.
///
/// Only for rows that go with no write: what changes something carries its row in its own transaction. Under pressure notes are
/// dropped, and MUST be counted.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait AuditNotes: Send + Sync {
    /// Takes note; never waits.
    fn note(&self, entry: AuditEntry);
}
