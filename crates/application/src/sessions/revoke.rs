//! Signing out, here and elsewhere.

use std::sync::Arc;

use domain::access::actor::SessionActor;
use domain::audit::{AuditAction, AuditEntry, Subject};
use domain::id::SessionId;
use domain::journal::Journal;
use domain::outage::Outage;
use domain::port::announcements::Announcements;
use domain::port::clock::Clock;
use domain::port::hot_sessions::HotSessions;
use domain::port::ids::Ids;
use domain::port::sessions::Sessions;
use domain::session::{Revocation, Revoke};

/// Ends one's own sessions, on every node within a second.
pub struct RevokeSessions {
    /// The durable truth.
    pub sessions: Arc<dyn Sessions>,
    /// The hot copies.
    pub hot: Arc<dyn HotSessions>,
    /// Tells the nodes.
    pub announcements: Arc<dyn Announcements>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why a session was not ended.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// The actor has no living session of that id.
    #[error("there is no such session")]
    NotFound,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl RevokeSessions {
    /// Ends the session that the actor acts through.
    ///
    /// # Errors
    /// An outage.
    pub async fn sign_out(&self, by: &SessionActor) -> Result<(), Outage> {
        self.end(
            by,
            Revoke::One(by.session()),
            AuditAction::SignOut,
            "logout",
        )
        .await
        .map(drop)
    }

    /// Ends one session of the actor.
    ///
    /// # Errors
    /// [`RevokeError::NotFound`] for sessions of others, unknown ones and ended ones alike.
    pub async fn one(&self, by: &SessionActor, session: SessionId) -> Result<(), RevokeError> {
        let ended = self
            .end(
                by,
                Revoke::One(session),
                AuditAction::RevokeSessions,
                "revoked",
            )
            .await?;
        if ended.is_empty() {
            Err(RevokeError::NotFound)
        } else {
            Ok(())
        }
    }

    /// Ends all sessions of the actor but the one they act through.
    ///
    /// # Errors
    /// An outage.
    pub async fn others(&self, by: &SessionActor) -> Result<(), Outage> {
        self.end(
            by,
            Revoke::AllBut(by.session()),
            AuditAction::RevokeSessions,
            "revoked",
        )
        .await
        .map(drop)
    }

    /// Ends all sessions of the actor.
    ///
    /// # Errors
    /// An outage.
    pub async fn all(&self, by: &SessionActor) -> Result<(), Outage> {
        self.end(by, Revoke::All, AuditAction::RevokeSessions, "revoked")
            .await
            .map(drop)
    }

    async fn end(
        &self,
        by: &SessionActor,
        which: Revoke,
        action: AuditAction,
        reason: &'static str,
    ) -> Result<Vec<SessionId>, Outage> {
        let now = self.clock.now();
        let subject = match which {
            Revoke::One(session) => Subject::Session(session),
            Revoke::AllBut(_) | Revoke::All => Subject::User(by.user()),
        };
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            by.party(),
            action,
            subject,
            by.origin(),
        );
        let revocation = Revocation {
            user: by.user(),
            which,
            reason,
            at: now,
            journal: Journal::new(entry),
        };
        let ended = self.sessions.revoke(&revocation).await?;
        crate::sessions::forget(&*self.hot, &*self.announcements, &ended).await;
        Ok(ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::access::standing::AccessChange;
    use domain::outage::Dependency;
    use domain::port::announcements::MockAnnouncements;
    use domain::port::hot_sessions::MockHotSessions;
    use domain::port::sessions::MockSessions;
    use test_support::{FixedClock, SequentialIds, actor};

    fn use_case(
        sessions: MockSessions,
        hot: MockHotSessions,
        announcements: MockAnnouncements,
    ) -> RevokeSessions {
        RevokeSessions {
            sessions: Arc::new(sessions),
            hot: Arc::new(hot),
            announcements: Arc::new(announcements),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(FixedClock::default()),
        }
    }

    #[tokio::test]
    async fn signing_out_tells_every_node_even_when_the_hot_copy_cannot_be_dropped() {
        let actor = actor().in_session();
        let session = actor.session();
        let (mut sessions, mut hot, mut announcements) = (
            MockSessions::new(),
            MockHotSessions::new(),
            MockAnnouncements::new(),
        );
        sessions
            .expect_revoke()
            .once()
            .returning(move |_| Ok(vec![session]));
        hot.expect_forget()
            .returning(|_| Err(Outage::Overloaded(Dependency::Redis)));
        announcements
            .expect_announce()
            .once()
            .withf(move |changes| changes == [AccessChange::SessionEnded(session)])
            .return_const(());
        use_case(sessions, hot, announcements)
            .sign_out(&actor)
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn a_session_of_somebody_else_is_not_there() {
        let mut sessions = MockSessions::new();
        sessions.expect_revoke().returning(|_| Ok(Vec::new()));
        let use_case = use_case(sessions, MockHotSessions::new(), MockAnnouncements::new());
        let foreign = SequentialIds::default().session();
        assert!(matches!(
            use_case.one(&actor().in_session(), foreign).await,
            Err(RevokeError::NotFound)
        ));
    }

    #[tokio::test]
    async fn ending_the_others_keeps_the_one_that_acts() {
        let actor = actor().in_session();
        let (own, user) = (actor.session(), actor.user());
        let mut sessions = MockSessions::new();
        sessions
            .expect_revoke()
            .once()
            .withf(move |revocation| {
                revocation.which == Revoke::AllBut(own) && revocation.user == user
            })
            .returning(|_| Ok(Vec::new()));
        use_case(sessions, MockHotSessions::new(), MockAnnouncements::new())
            .others(&actor)
            .await
            .unwrap();
    }
}
