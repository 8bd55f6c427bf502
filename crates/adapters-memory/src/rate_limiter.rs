//! Counting acts in the memory of one node.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use domain::limit::quota::{LimitClass, LimitedAct, Quota, Verdict};
use domain::limit::sliding_window::SlidingWindow;
use domain::port::clock::Clock;
use domain::port::rate_limiter::RateLimiter;
use moka::Expiry;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

/// So many subjects are counted at a time; beyond that the one that acted longest ago is forgotten.
const MAX_SUBJECTS: u64 = 200_000;

/// Counts what this node sees.
///
/// It stands in for the shared count. Classes that guard credentials get this node's share of their quota, so that
/// all nodes together allow no more than the quota; the others get the whole of it.
pub struct LocalRateLimiter {
    clock: Arc<dyn Clock>,
    nodes: u32,
    subjects: Cache<(LimitClass, String), Counted>,
}

#[derive(Clone)]
struct Counted {
    window: Arc<Mutex<SlidingWindow>>,
    /// After so long without an act the window is empty, and may be forgotten.
    lives: Duration,
}

impl LocalRateLimiter {
    /// A limiter for one of so many nodes.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, nodes: u32) -> Self {
        let subjects = Cache::builder()
            .max_capacity(MAX_SUBJECTS)
            // The default policy may turn a newcomer away, who then could act without being counted.
            .eviction_policy(EvictionPolicy::lru())
            .expire_after(WhenEmpty)
            .build();
        Self {
            clock,
            nodes,
            subjects,
        }
    }

    fn quota(&self, act: &LimitedAct) -> Quota {
        if act.class.guards_credentials() {
            act.quota.share_of(self.nodes)
        } else {
            act.quota
        }
    }
}

#[async_trait]
impl RateLimiter for LocalRateLimiter {
    async fn admit(&self, act: &LimitedAct) -> Verdict {
        let quota = self.quota(act);
        let counted = self
            .subjects
            .get_with((act.class, act.subject.clone()), || Counted::none(quota));
        let now = self.clock.now().timestamp_millis();
        counted
            .window
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .admit(now, quota)
    }
}

impl Counted {
    fn none(quota: Quota) -> Self {
        let window = quota.window().to_std().unwrap_or_default();
        Self {
            window: Arc::default(),
            // A window remembers an act one slot longer than it is long; twice is on the safe side.
            lives: window.saturating_mul(2),
        }
    }
}

/// Forgets a window some time after its last act has left it.
struct WhenEmpty;

impl Expiry<(LimitClass, String), Counted> for WhenEmpty {
    fn expire_after_create(
        &self,
        _subject: &(LimitClass, String),
        counted: &Counted,
        _at: Instant,
    ) -> Option<Duration> {
        Some(counted.lives)
    }

    fn expire_after_read(
        &self,
        _subject: &(LimitClass, String),
        counted: &Counted,
        _at: Instant,
        _left: Option<Duration>,
        _modified: Instant,
    ) -> Option<Duration> {
        Some(counted.lives)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, TimeDelta};
    use domain::limit::quota_cases::CASES;
    use std::sync::atomic::{AtomicU32, Ordering};
    use test_support::FixedClock;
    use tokio::task::JoinSet;

    fn act(class: LimitClass, subject: &str, limit: u32) -> LimitedAct {
        LimitedAct {
            class,
            subject: subject.to_owned(),
            quota: Quota::new(limit, TimeDelta::minutes(15)).unwrap(),
        }
    }

    async fn passes(limiter: &LocalRateLimiter, act: &LimitedAct, tries: u32) -> u32 {
        let mut passed = 0;
        for _ in 0..tries {
            passed += u32::from(limiter.admit(act).await.allowed);
        }
        passed
    }

    #[tokio::test]
    async fn every_case_of_the_table_is_counted_as_it_says() {
        for case in CASES {
            let act = LimitedAct {
                class: LimitClass::Api,
                subject: case.name.to_owned(),
                quota: case.quota(),
            };
            let window = Cache::new(1);
            for (step, (at, expected)) in case.acts.iter().enumerate() {
                // A clock of its own for each act, since a case may go back in time.
                let now = DateTime::from_timestamp_millis(*at).unwrap();
                let mut limiter = LocalRateLimiter::new(Arc::new(FixedClock::at(now)), 1);
                if step > 0 {
                    limiter.subjects = window.get(&()).unwrap();
                }
                let verdict = limiter.admit(&act).await;
                window.insert((), limiter.subjects);
                assert_eq!(
                    (verdict.allowed, verdict.remaining),
                    *expected,
                    "{}, act {step}",
                    case.name
                );
            }
        }
    }

    #[tokio::test]
    async fn classes_that_guard_credentials_get_a_share_and_the_others_the_whole() {
        let limiter = LocalRateLimiter::new(Arc::new(FixedClock::default()), 3);
        assert_eq!(
            passes(&limiter, &act(LimitClass::Auth, "a", 10), 20).await,
            3
        );
        assert_eq!(
            passes(&limiter, &act(LimitClass::Auth, "b", 2), 20).await,
            1
        );
        assert_eq!(
            passes(&limiter, &act(LimitClass::Api, "a", 10), 20).await,
            10
        );
    }

    #[tokio::test]
    async fn subjects_and_classes_are_counted_apart() {
        let limiter = LocalRateLimiter::new(Arc::new(FixedClock::default()), 1);
        for (class, subject) in [
            (LimitClass::Api, "a"),
            (LimitClass::Api, "b"),
            (LimitClass::ApiUser, "a"),
        ] {
            assert_eq!(passes(&limiter, &act(class, subject, 2), 5).await, 2);
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn of_many_acts_at_once_exactly_the_quota_passes() {
        let limiter = Arc::new(LocalRateLimiter::new(Arc::new(FixedClock::default()), 1));
        let passed = Arc::new(AtomicU32::new(0));
        let mut acts = JoinSet::new();
        for _ in 0..200 {
            let (limiter, passed) = (Arc::clone(&limiter), Arc::clone(&passed));
            acts.spawn(async move {
                let verdict = limiter.admit(&act(LimitClass::Api, "a", 50)).await;
                passed.fetch_add(u32::from(verdict.allowed), Ordering::Relaxed);
            });
        }
        acts.join_all().await;
        assert_eq!(passed.load(Ordering::Relaxed), 50);
    }
}
