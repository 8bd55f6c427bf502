//! The real clock and real chance: the only crate that may ask for them.
#![expect(
    clippy::disallowed_methods,
    reason = "everybody else takes time and ids from the ports that this crate implements"
)]

use chrono::{DateTime, SubsecRound, Utc};
use domain::id::{
    ApiKeyId, AuditId, AvatarId, JobId, LeaseId, ScriptId, SessionId, TokenId, UserId,
};
use domain::port::clock::Clock;
use domain::port::ids::Ids;
use uuid::Uuid;

/// The clock of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// Ids from the random generator of the operating system: version 4 where they are public, version 7 where rows are sorted by
/// them (RFC 9562).
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    fn user(&self) -> UserId {
        UserId::new(Uuid::new_v4())
    }

    fn session(&self) -> SessionId {
        SessionId::new(Uuid::new_v4())
    }

    fn token(&self) -> TokenId {
        TokenId::new(Uuid::new_v4())
    }

    fn api_key(&self) -> ApiKeyId {
        ApiKeyId::new(Uuid::new_v4())
    }

    fn script(&self) -> ScriptId {
        ScriptId::new(Uuid::new_v4())
    }

    fn avatar(&self) -> AvatarId {
        AvatarId::new(Uuid::new_v4())
    }

    fn audit(&self) -> AuditId {
        AuditId::new(Uuid::now_v7())
    }

    fn job(&self) -> JobId {
        JobId::new(Uuid::now_v7())
    }

    fn lease(&self) -> LeaseId {
        LeaseId::new(Uuid::new_v4())
    }

    fn request(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn jitter(&self) -> u16 {
        rand::random_range(0..1024)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Timelike;

    #[test]
    fn the_clock_shows_what_postgresql_can_keep() {
        assert_eq!(SystemClock.now().nanosecond() % 1000, 0);
    }

    #[test]
    fn public_ids_are_random_and_rows_are_sorted() {
        assert_eq!(SystemIds.user().as_uuid().get_version_num(), 4);
        assert_eq!(SystemIds.script().as_uuid().get_version_num(), 4);
        let (first, second) = (SystemIds.audit(), SystemIds.audit());
        assert!(first < second);
    }
}
