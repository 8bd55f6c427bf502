//! Sessions: the durable truth about who is signed in.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::id::{SessionId, UserId};
use crate::outage::Outage;
use crate::session::rotation::{Decision, Generation, Lifetimes, RotationState};
use crate::session::{
    AuthMethod, Device, Reauthentication, Revocation, SessionOpening, SessionSummary, SessionUse,
};

/// Sessions; PostgreSQL.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Records a sign-in. A person's session beyond [`MAX_SESSIONS_PER_USER`](crate::session::MAX_SESSIONS_PER_USER) ends the one that was
    /// heard of longest ago; answers the sessions that this ended.
    async fn open(&self, opening: &SessionOpening) -> Result<Vec<SessionId>, Outage>;

    /// Whether a person has signed in before, and never by this device. What is known of sessions that were forgotten does not count.
    async fn is_new_device(&self, user: UserId, device: Option<Device>) -> Result<bool, Outage>;

    /// Decides about a presented token and writes the next state of a rotation down, atomically. The common case, a
    /// rotation, is one statement. `None` when there is no such session.
    ///
    /// For any decision but [`Decision::Rotate`] nothing is written: ending the session of a reused token is a
    /// [`revoke`](Self::revoke), which brings its journal along.
    ///
    /// MUST decide exactly as [`RotationState::decide`](crate::session::rotation::RotationState::decide) does.
    async fn rotate(&self, attempt: &RotationAttempt) -> Result<Option<Rotation>, Outage>;

    /// Ends sessions; answers those that this ended. Ending what has ended already is fine.
    async fn revoke(&self, revocation: &Revocation) -> Result<Vec<SessionId>, Outage>;

    /// Writes down that the person of a living session proved once more who they are; answers where its refresh token stands.
    /// `None` when the session has ended.
    async fn reauthenticate(
        &self,
        proof: &Reauthentication,
    ) -> Result<Option<RotationState>, Outage>;

    /// The living sessions of a person, the one heard of last first; at most 50.
    async fn list(&self, user: UserId, now: DateTime<Utc>) -> Result<Vec<SessionSummary>, Outage>;

    /// Writes down that generations were used, in one statement: for each session that is still at that generation.
    async fn record_uses(&self, uses: &[SessionUse]) -> Result<(), Outage>;
}

/// A refresh token that was presented; its authenticity has been checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotationAttempt {
    /// The session it names.
    pub session: SessionId,
    /// The generation it names.
    pub presented: Generation,
    /// Now.
    pub now: DateTime<Utc>,
    /// How long things live.
    pub lifetimes: Lifetimes,
}

/// What became of a presented token, and what new tokens have to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// Whose session it is.
    pub user: UserId,
    /// What was decided and written.
    pub decision: Decision,
    /// When the person last proved who they are.
    pub authenticated_at: DateTime<Utc>,
    /// How.
    pub methods: Vec<AuthMethod>,
}
