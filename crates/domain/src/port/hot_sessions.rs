//! The rotation state of sessions, where every node can see it at once.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::id::{SessionId, UserId};
use crate::outage::Outage;
use crate::session::SessionUse;
use crate::session::rotation::{Decision, Generation, Lifetimes, RotationState};

/// Hot copies of sessions under `session:{sid}`; Redis. PostgreSQL is the truth and wins when they disagree.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait HotSessions: Send + Sync {
    /// Decides about a presented token and moves the state on, in one atomic step.
    ///
    /// MUST decide exactly as [`RotationState::decide`] does. `None` when there is no copy.
    async fn rotate(
        &self,
        session: SessionId,
        presented: Generation,
        now: DateTime<Utc>,
        lifetimes: &Lifetimes,
    ) -> Result<Option<Decision>, Outage>;

    /// Replaces the copy with the truth.
    async fn put(
        &self,
        session: SessionId,
        user: UserId,
        state: &RotationState,
    ) -> Result<(), Outage>;

    /// Marks generations as used; a copy of another generation stays as it is.
    async fn mark_used(&self, uses: &[SessionUse]) -> Result<(), Outage>;

    /// Drops copies.
    async fn forget(&self, sessions: &[SessionId]) -> Result<(), Outage>;
}
