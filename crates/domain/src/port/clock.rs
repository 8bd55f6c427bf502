//! Time.

use chrono::{DateTime, Utc};

/// What time it is. Tests use a hand-written fake, not a mock.
pub trait Clock: Send + Sync {
    /// Now, cut to microseconds, which is what PostgreSQL keeps.
    fn now(&self) -> DateTime<Utc>;
}
