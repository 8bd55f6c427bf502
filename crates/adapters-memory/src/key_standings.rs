//! Copies of what API keys may do, in front of the truth.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::access::key::KeyStanding;
use domain::account::api_key::{KeyDigest, USE_RECORDED_EVERY};
use domain::outage::Outage;
use domain::port::api_keys::ApiKeys;
use domain::port::clock::Clock;
use domain::port::key_standings::KeyStandings;
use moka::future::Cache;

use crate::standings::StandingCopies;

/// So many are kept in the process.
const MAX_COPIES: u64 = 10_000;

/// For so long each: a key in steady use costs a node one query a minute.
const COPY_LIVES: Duration = Duration::from_mins(1);

/// Standings of keys out of the process, else out of the truth. There is no shared copy between the two: keys are few, and each lives
/// on the few nodes that its client talks to.
///
/// Whatever ends a key moves the access epoch of its person on, so a copy is held against the same known changes as the standing of a
/// session, and trusted under the same conditions.
pub struct KeyCopies {
    truth: Arc<dyn KeyStandings>,
    keys: Arc<dyn ApiKeys>,
    sessions: Arc<StandingCopies>,
    copies: Cache<KeyDigest, KeyStanding>,
    clock: Arc<dyn Clock>,
}

impl KeyCopies {
    /// Copies in front of the truth, as believable as those of sessions. Uses are written down among the `keys`.
    #[must_use]
    pub fn new(
        truth: Arc<dyn KeyStandings>,
        keys: Arc<dyn ApiKeys>,
        sessions: Arc<StandingCopies>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let copies = Cache::builder()
            .max_capacity(MAX_COPIES)
            .time_to_live(COPY_LIVES)
            .build();
        Self {
            truth,
            keys,
            sessions,
            copies,
            clock,
        }
    }

    async fn copy(&self, digests: &[KeyDigest]) -> Option<KeyStanding> {
        if !self.sessions.is_trusted() {
            return None;
        }
        let copy = self.copies.get(digests.first()?).await?;
        (!self.is_outdated(&copy)).then_some(copy)
    }

    fn is_outdated(&self, standing: &KeyStanding) -> bool {
        self.sessions.outdates(standing.user, standing.rights.epoch)
    }

    async fn ask(&self, digests: &[KeyDigest]) -> Result<Option<KeyStanding>, Outage> {
        count("postgres");
        self.truth.find(digests).await
    }

    /// Writes down that the key was used, once a minute at most. That it is not written is no reason to refuse the key.
    async fn note_use(&self, standing: &mut KeyStanding) {
        let now = self.clock.now();
        let noted = standing.last_used_at;
        if noted.is_some_and(|noted| now - noted < USE_RECORDED_EVERY) {
            return;
        }
        match self.keys.record_use(standing.key, now).await {
            Ok(()) => standing.last_used_at = Some(now),
            Err(error) => tracing::warn!(%error, "the use of an API key was not written down"),
        }
    }
}

#[async_trait]
impl KeyStandings for KeyCopies {
    async fn find(&self, digests: &[KeyDigest]) -> Result<Option<KeyStanding>, Outage> {
        if let Some(copy) = self.copy(digests).await {
            count("memory");
            return Ok(Some(copy));
        }
        let mut found = self.ask(digests).await?;
        if found.as_ref().is_some_and(|found| self.is_outdated(found)) {
            // The reading began before a change of which this node has heard since. One that begins now does not.
            found = self.ask(digests).await?;
        }
        let Some(mut standing) = found else {
            return Ok(None);
        };
        self.note_use(&mut standing).await;
        if let Some(name) = digests.first() {
            self.copies.insert(*name, standing.clone()).await;
        }
        Ok(Some(standing))
    }
}

fn count(tier: &'static str) {
    metrics::counter!("key_lookups_total", "tier" => tier).increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use domain::access::key::KeyScope;
    use domain::access::standing::{AccessChange, AccessEpoch};
    use domain::outage::Dependency;
    use domain::port::access_changes::RecentChanges;
    use domain::port::api_keys::MockApiKeys;
    use domain::port::key_standings::MockKeyStandings;
    use domain::port::standings::MockStandings;
    use test_support::{FixedClock, actor};

    const DIGEST: [KeyDigest; 1] = [KeyDigest::restore([7; 32])];

    fn standing() -> KeyStanding {
        actor().key_standing(&[KeyScope::Read], None)
    }

    /// Copies in front of a truth that is asked so often, and of a node that has read the feed.
    fn copies(truth: MockKeyStandings, keys: MockApiKeys) -> (KeyCopies, Arc<StandingCopies>) {
        let sessions = StandingCopies::new(Arc::new(MockStandings::new()), None);
        sessions.caught_up(&RecentChanges::default());
        let copies = KeyCopies::new(
            Arc::new(truth),
            Arc::new(keys),
            sessions.clone(),
            Arc::new(FixedClock::default()),
        );
        (copies, sessions)
    }

    fn truth(standing: KeyStanding, asked: usize) -> MockKeyStandings {
        let mut truth = MockKeyStandings::new();
        truth
            .expect_find()
            .times(asked)
            .returning(move |_| Ok(Some(standing.clone())));
        truth
    }

    fn recording(times: usize) -> MockApiKeys {
        let mut keys = MockApiKeys::new();
        keys.expect_record_use()
            .times(times)
            .returning(|_, _| Ok(()));
        keys
    }

    #[tokio::test]
    async fn a_key_in_steady_use_costs_one_query_and_one_record() {
        let (copies, _) = copies(truth(standing(), 1), recording(1));
        for _ in 0..9 {
            assert!(copies.find(&DIGEST).await.unwrap().is_some());
        }
    }

    #[tokio::test]
    async fn a_use_that_was_recorded_within_the_minute_is_not_recorded_again() {
        let mut used = standing();
        let now = FixedClock::default().now();
        used.last_used_at = Some(now - TimeDelta::seconds(59));
        let (copies, _) = copies(truth(used, 1), recording(0));
        assert!(copies.find(&DIGEST).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_change_of_its_person_makes_a_copy_of_a_key_unbelievable_at_once() {
        let standing = standing();
        let mut truth = MockKeyStandings::new();
        let mut answers = vec![None, Some(standing.clone())];
        truth
            .expect_find()
            .times(2)
            .returning(move |_| Ok(answers.pop().flatten()));
        let (copies, sessions) = copies(truth, recording(1));
        assert!(copies.find(&DIGEST).await.unwrap().is_some());
        sessions.observe(&[AccessChange::User {
            user: standing.user,
            epoch: AccessEpoch(9),
        }]);
        assert!(copies.find(&DIGEST).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_node_that_has_not_read_the_feed_uses_no_copy() {
        let sessions = StandingCopies::new(Arc::new(MockStandings::new()), None);
        let copies = KeyCopies::new(
            Arc::new(truth(standing(), 2)),
            Arc::new(recording(2)),
            sessions,
            Arc::new(FixedClock::default()),
        );
        for _ in 0..2 {
            assert!(copies.find(&DIGEST).await.unwrap().is_some());
        }
    }

    #[tokio::test]
    async fn a_use_that_cannot_be_written_down_refuses_nobody() {
        let mut keys = MockApiKeys::new();
        keys.expect_record_use()
            .returning(|_, _| Err(Outage::Overloaded(Dependency::Postgres)));
        let (copies, _) = copies(truth(standing(), 1), keys);
        assert!(copies.find(&DIGEST).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn our_own_outage_is_an_outage_and_not_a_refusal() {
        let mut truth = MockKeyStandings::new();
        truth
            .expect_find()
            .returning(|_| Err(Outage::Overloaded(Dependency::Postgres)));
        let (copies, _) = copies(truth, MockApiKeys::new());
        assert!(copies.find(&DIGEST).await.is_err());
    }
}
