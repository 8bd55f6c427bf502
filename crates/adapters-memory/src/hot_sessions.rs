//! Hot sessions where there is no Redis.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::id::{SessionId, UserId};
use domain::outage::Outage;
use domain::port::hot_sessions::HotSessions;
use domain::session::SessionUse;
use domain::session::rotation::{Decision, Generation, Lifetimes, RotationState};

/// Holds no copy of anything: every look-up is a miss.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoHotSessions;

#[async_trait]
impl HotSessions for NoHotSessions {
    async fn rotate(
        &self,
        _session: SessionId,
        _presented: Generation,
        _now: DateTime<Utc>,
        _lifetimes: &Lifetimes,
    ) -> Result<Option<Decision>, Outage> {
        Ok(None)
    }

    async fn put(
        &self,
        _session: SessionId,
        _user: UserId,
        _state: &RotationState,
    ) -> Result<(), Outage> {
        Ok(())
    }

    async fn mark_used(&self, _uses: &[SessionUse]) -> Result<(), Outage> {
        Ok(())
    }

    async fn forget(&self, _sessions: &[SessionId]) -> Result<(), Outage> {
        Ok(())
    }
}
