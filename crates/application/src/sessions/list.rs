//! Where somebody is signed in.

use std::sync::Arc;

use domain::access::actor::SessionActor;
use domain::outage::Outage;
use domain::port::clock::Clock;
use domain::port::sessions::Sessions;
use domain::session::SessionSummary;

/// Lists one's own living sessions.
pub struct ListSessions {
    /// The durable truth.
    pub sessions: Arc<dyn Sessions>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl ListSessions {
    /// The sessions, the one heard of last first.
    ///
    /// # Errors
    /// An outage.
    pub async fn run(&self, by: &SessionActor) -> Result<Vec<SessionSummary>, Outage> {
        self.sessions.list(by.user(), self.clock.now()).await
    }
}
