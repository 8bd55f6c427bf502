//! Remembering, off the path of requests, that sessions are in use.

use crate::id::SessionId;
use crate::session::rotation::Generation;

/// Takes note of used access tokens, and writes the notes down within a second.
///
/// A note may get lost under pressure; the next request makes it again.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait SessionUses: Send + Sync {
    /// Takes note; never waits.
    fn note(&self, session: SessionId, generation: Generation);
}
