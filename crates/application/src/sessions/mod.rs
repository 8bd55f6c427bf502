//! Signing in, staying signed in, signing out.

pub mod complete_sign_in;
pub mod door;
pub mod issue;
pub mod list;
pub mod reauthenticate;
pub mod record_uses;
pub mod refresh;
pub mod revoke;
pub mod sign_in;

use chrono::{DateTime, Utc};
use domain::access::standing::AccessChange;
use domain::audit::{AuditAction, AuditEntry, Origin, Party, Subject};
use domain::id::{SessionId, UserId};
use domain::job::Letter;
use domain::journal::Journal;
use domain::outage::Outage;
use domain::port::announcements::Announcements;
use domain::port::hot_sessions::HotSessions;
use domain::port::ids::Ids;
use domain::session::rotation::RotationState;
use domain::session::token::TokenPair;
use domain::session::{AuthMethod, SessionOpening};

use crate::accounts::{Notice, with_notice};
use issue::TokenIssuer;

/// A session that begins now, proven in these ways, with its audit entry and its first tokens, and a notice if the device is a new one.
pub(crate) fn opening(
    issuer: &TokenIssuer,
    ids: &dyn Ids,
    user: UserId,
    methods: Vec<AuthMethod>,
    now: DateTime<Utc>,
    (origin, is_new_device): (&Origin, bool),
) -> Result<(SessionOpening, TokenPair), Outage> {
    let mut session = issuer.begin(ids.session(), user, now, origin);
    session.methods = methods;
    let tokens = issuer.first_pair(&session)?;
    let mut origin = origin.clone();
    origin.session = Some(session.id);
    let entry = AuditEntry::success(
        ids.audit(),
        now,
        Party::User(user),
        AuditAction::SignIn,
        Subject::Session(session.id),
        &origin,
    );
    let journal = if is_new_device {
        let device = origin
            .device
            .as_ref()
            .map(|device| device.as_str().to_owned());
        let notice = Notice::of(Letter::NewDevice).naming(device);
        with_notice(ids, entry, user, notice, now)
    } else {
        Journal::new(entry)
    };
    Ok((SessionOpening { session, journal }, tokens))
}

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
