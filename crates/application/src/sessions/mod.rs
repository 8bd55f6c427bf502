//! Signing in, staying signed in, signing out.

pub mod issue;
pub mod list;
pub mod reauthenticate;
pub mod record_uses;
pub mod refresh;
pub mod revoke;
pub mod sign_in;

use domain::access::standing::AccessChange;
use domain::id::{SessionId, UserId};
use domain::port::announcements::Announcements;
use domain::port::hot_sessions::HotSessions;
use domain::session::rotation::RotationState;

/// Puts the truth about a session where every node sees it. Failing costs only warmth, so it is logged and passed over.
pub(crate) async fn warm(
    hot: &dyn HotSessions,
    session: SessionId,
    user: UserId,
    state: &RotationState,
) {
    if let Err(outage) = hot.put(session, user, state).await {
        tracing::debug!(error = %outage, "a hot session was not written");
    }
}

/// Drops what every node may remember of sessions that have ended. The durable feed tells them too, so failing costs
/// only the moment.
pub(crate) async fn forget(
    hot: &dyn HotSessions,
    announcements: &dyn Announcements,
    ended: &[SessionId],
) {
    if ended.is_empty() {
        return;
    }
    if let Err(outage) = hot.forget(ended).await {
        tracing::debug!(error = %outage, "hot sessions were not dropped");
    }
    let changes: Vec<_> = ended
        .iter()
        .copied()
        .map(AccessChange::SessionEnded)
        .collect();
    announcements.announce(&changes).await;
}
