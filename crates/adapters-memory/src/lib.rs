//! What one node does by itself: copies of standings in front of the truth, limits while Redis is away, and notes
//! of used sessions until they are written down.

mod announcements;
mod audit_notes;
mod hot_sessions;
mod key_standings;
mod rate_limiter;
mod session_uses;
mod standings;
mod trust;

pub use announcements::LocalAnnouncements;
pub use audit_notes::AuditNotePad;
pub use hot_sessions::NoHotSessions;
pub use key_standings::KeyCopies;
pub use rate_limiter::LocalRateLimiter;
pub use session_uses::SessionUseNotes;
pub use standings::StandingCopies;
