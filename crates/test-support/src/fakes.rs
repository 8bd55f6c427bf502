//! Hand-written fakes of time and chance.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use domain::id::{
    ApiKeyId, AuditId, AvatarId, JobId, LeaseId, ScriptId, SessionId, TokenId, UserId,
};
use domain::port::clock::Clock;
use domain::port::ids::Ids;
use uuid::Uuid;

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct FixedClock(Mutex<DateTime<Utc>>);

impl FixedClock {
    /// A clock that shows this time.
    #[must_use]
    pub const fn at(now: DateTime<Utc>) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().expect("no holder of the clock panicked") += by;
    }
}

/// Noon of the first of March 2026.
impl Default for FixedClock {
    fn default() -> Self {
        Self::at(
            Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0)
                .single()
                .expect("a valid time"),
        )
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().expect("no holder of the clock panicked")
    }
}

/// Ids 1, 2, 3 …, whatever they are for.
#[derive(Debug, Default)]
pub struct SequentialIds(AtomicU64);

impl SequentialIds {
    fn next(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::Relaxed) + 1))
    }
}

impl Ids for SequentialIds {
    fn user(&self) -> UserId {
        UserId::new(self.next())
    }

    fn session(&self) -> SessionId {
        SessionId::new(self.next())
    }

    fn token(&self) -> TokenId {
        TokenId::new(self.next())
    }

    fn api_key(&self) -> ApiKeyId {
        ApiKeyId::new(self.next())
    }

    fn script(&self) -> ScriptId {
        ScriptId::new(self.next())
    }

    fn avatar(&self) -> AvatarId {
        AvatarId::new(self.next())
    }

    fn audit(&self) -> AuditId {
        AuditId::new(self.next())
    }

    fn job(&self) -> JobId {
        JobId::new(self.next())
    }

    fn lease(&self) -> LeaseId {
        LeaseId::new(self.next())
    }

    fn request(&self) -> Uuid {
        self.next()
    }

    fn jitter(&self) -> u16 {
        0
    }
}
