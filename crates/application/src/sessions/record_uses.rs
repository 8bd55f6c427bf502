//! Writing down that sessions are in use.

use std::sync::Arc;

use domain::outage::Outage;
use domain::port::hot_sessions::HotSessions;
use domain::port::sessions::Sessions;
use domain::session::SessionUse;

/// Writes down, off the path of requests, which generations have reached their owners.
pub struct RecordUses {
    /// The durable truth.
    pub sessions: Arc<dyn Sessions>,
    /// The hot copies.
    pub hot: Arc<dyn HotSessions>,
}

impl RecordUses {
    /// Writes the uses down, first where it lasts. A hot copy that is not marked is corrected by the next refresh.
    ///
    /// # Errors
    /// An outage of the durable record; the uses should be brought again.
    pub async fn run(&self, uses: &[SessionUse]) -> Result<(), Outage> {
        if uses.is_empty() {
            return Ok(());
        }
        self.sessions.record_uses(uses).await?;
        if let Err(outage) = self.hot.mark_used(uses).await {
            tracing::debug!(error = %outage, "hot sessions were not marked as used");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::outage::Dependency;
    use domain::port::clock::Clock;
    use domain::port::hot_sessions::MockHotSessions;
    use domain::port::ids::Ids;
    use domain::port::sessions::MockSessions;
    use domain::session::rotation::Generation;
    use test_support::{FixedClock, SequentialIds};

    fn uses() -> [SessionUse; 1] {
        [SessionUse {
            session: SequentialIds::default().session(),
            generation: Generation::FIRST,
            at: FixedClock::default().now(),
        }]
    }

    fn away() -> Outage {
        Outage::Overloaded(Dependency::Redis)
    }

    #[tokio::test]
    async fn without_redis_uses_are_written_down_all_the_same() {
        let (mut sessions, mut hot) = (MockSessions::new(), MockHotSessions::new());
        sessions.expect_record_uses().once().returning(|_| Ok(()));
        hot.expect_mark_used().once().returning(|_| Err(away()));
        let use_case = RecordUses {
            sessions: Arc::new(sessions),
            hot: Arc::new(hot),
        };
        use_case.run(&uses()).await.unwrap();
    }

    #[tokio::test]
    async fn what_did_not_last_is_not_marked_in_the_copies() {
        let mut sessions = MockSessions::new();
        sessions.expect_record_uses().returning(|_| Err(away()));
        let use_case = RecordUses {
            sessions: Arc::new(sessions),
            hot: Arc::new(MockHotSessions::new()),
        };
        use_case.run(&uses()).await.unwrap_err();
    }
}
