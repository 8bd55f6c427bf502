//! Copies of standings in front of the truth.

#[cfg(test)]
mod tests;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use domain::access::known_changes::KnownChanges;
use domain::access::standing::{AccessChange, AccessEpoch, Standing};
use domain::id::{SessionId, UserId};
use domain::outage::Outage;
use domain::port::access_changes::{AccessChanges, RecentChanges};
use domain::port::shared_standings::SharedStandings;
use domain::port::standings::Standings;
use moka::future::Cache;
use tokio::time::Instant;

use crate::trust::Trust;

/// So many standings are kept in the process.
const MAX_COPIES: u64 = 100_000;

/// For so long each.
const COPY_LIVES: Duration = Duration::from_mins(1);

/// Standings out of the nearest copy that may be believed: in the process, else shared, else the truth.
///
/// What makes a copy unbelievable is not its removal but what this node knows: every copy is held against the known
/// changes whenever it is used. So a copy that was read before a change and put away after it does no harm.
///
/// The known changes stand behind a lock for many readers, which costs a request some twenty nanoseconds; they are
/// written when something changes, in batches, and nothing slow happens under the lock.
pub struct StandingCopies {
    truth: Arc<dyn Standings>,
    shared: Option<Arc<dyn SharedStandings>>,
    copies: Cache<(SessionId, UserId), Standing>,
    known: RwLock<KnownChanges>,
    trust: Trust,
}

/// Why a look-up brought no standing. Not kept; whoever looked for the same meanwhile gets it, too.
#[derive(Debug, thiserror::Error)]
enum Miss {
    #[error("the session has ended")]
    Ended,
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl StandingCopies {
    /// Copies in front of the truth. With shared copies comes a push of changes, which is down until
    /// [`push_is`](Self::push_is) says otherwise; without, this node is alone and the feed is enough.
    ///
    /// No copy is used before the feed was read once.
    #[must_use]
    pub fn new(truth: Arc<dyn Standings>, shared: Option<Arc<dyn SharedStandings>>) -> Arc<Self> {
        let copies = Cache::builder()
            .max_capacity(MAX_COPIES)
            .time_to_live(COPY_LIVES)
            .build();
        Arc::new(Self {
            truth,
            trust: Trust::new(shared.is_some()),
            shared,
            copies,
            known: RwLock::default(),
        })
    }

    /// From now on no copy that a change makes stale is used. Those in the process go with their next use, or by time.
    pub fn observe(&self, changes: &[AccessChange]) {
        if changes.is_empty() {
            return;
        }
        let now = Instant::now().into_std();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for change in changes {
            known.observe(*change, now);
        }
    }

    /// Reads the durable feed, as far back as anything can have been missed; to be called twice a second.
    ///
    /// # Errors
    /// The outage of the feed. After two seconds without a reading, copies in the process are not used.
    pub async fn catch_up(&self, feed: &dyn AccessChanges) -> Result<(), Outage> {
        let asked = Instant::now();
        let recent = feed.recent(self.lookback()).await?;
        self.learn(&recent, asked);
        Ok(())
    }

    /// The feed was read just now, [`lookback`](Self::lookback) or farther back; for whoever reads it without
    /// [`catch_up`](Self::catch_up).
    pub fn caught_up(&self, recent: &RecentChanges) {
        self.learn(recent, Instant::now());
    }

    /// How far the next reading of the feed has to look back: twenty minutes at first, then as long as it was not read
    /// and one more minute. So every change that concerns a living copy is known after it, whatever the push missed.
    #[must_use]
    pub fn lookback(&self) -> TimeDelta {
        self.trust.lookback(Instant::now())
    }

    /// The push of changes came up or went down. While it is down, and until the feed was read after it came up, copies
    /// in the process are not used.
    pub fn push_is(&self, up: bool) {
        self.trust.push_is(up);
    }

    fn learn(&self, recent: &RecentChanges, asked: Instant) {
        self.observe(&recent.changes);
        self.trust.caught_up(asked);
    }

    fn contradicts(&self, standing: &Standing) -> bool {
        self.known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contradicts(standing)
    }

    /// Whether copies in the process may be used at this moment.
    pub(crate) fn is_trusted(&self) -> bool {
        self.trust.in_process(Instant::now())
    }

    /// Whether what a person may do has changed since this epoch, as far as this node knows.
    pub(crate) fn outdates(&self, user: UserId, read_at: AccessEpoch) -> bool {
        self.known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .outdates(user, read_at)
    }

    async fn copy(&self, key: &(SessionId, UserId)) -> Option<Standing> {
        if !self.trust.in_process(Instant::now()) {
            return None;
        }
        let copy = self.copies.get(key).await?;
        (!self.contradicts(&copy)).then_some(copy)
    }

    async fn look_up(&self, session: SessionId, user: UserId) -> Result<Standing, Miss> {
        if let Some(copy) = self.shared_copy(session, user).await {
            count("redis");
            return Ok(copy);
        }
        count("postgres");
        let standing = self.truth.find(session, user).await?.ok_or(Miss::Ended)?;
        self.share(&standing).await;
        Ok(standing)
    }

    async fn shared_copy(&self, session: SessionId, user: UserId) -> Option<Standing> {
        let shared = self.shared.as_ref()?;
        if !self.trust.shared(Instant::now()) {
            return None;
        }
        let copy = shared
            .find(session, user)
            .await
            .inspect_err(
                |outage| tracing::debug!(error = %outage, "shared standings were not read"),
            )
            .ok()??;
        (!self.contradicts(&copy)).then_some(copy)
    }

    async fn share(&self, standing: &Standing) {
        let Some(shared) = &self.shared else { return };
        if self.contradicts(standing) {
            return;
        }
        if let Err(outage) = shared.put(standing).await {
            tracing::debug!(error = %outage, "a standing was not shared");
        }
    }
}

#[async_trait]
impl Standings for StandingCopies {
    async fn find(&self, session: SessionId, user: UserId) -> Result<Option<Standing>, Outage> {
        let key = (session, user);
        if let Some(copy) = self.copy(&key).await {
            count("memory");
            return Ok(Some(copy));
        }
        // What is there may not be used; what comes in from now on is read now.
        self.copies.invalidate(&key).await;
        let looked_up = self
            .copies
            .try_get_with(key, self.look_up(session, user))
            .await;
        match looked_up {
            // The reading began before a change of which this node has heard since. One that begins now does not.
            Ok(standing) if self.contradicts(&standing) => {
                count("postgres");
                self.truth.find(session, user).await
            }
            Ok(standing) => Ok(Some(standing)),
            Err(miss) => answer(miss),
        }
    }
}

/// An outage that several have waited for, told to one of them.
fn answer(miss: Arc<Miss>) -> Result<Option<Standing>, Outage> {
    let outage = match &*miss {
        Miss::Ended => return Ok(None),
        Miss::Outage(outage) => outage,
    };
    Err(match outage {
        Outage::Unavailable { dependency, .. } => Outage::unavailable(*dependency, miss),
        Outage::Overloaded(dependency) => Outage::Overloaded(*dependency),
        Outage::UnknownOutcome(dependency) => Outage::UnknownOutcome(*dependency),
        Outage::Inconsistent { what, detail } => Outage::Inconsistent {
            what,
            detail: detail.clone(),
        },
    })
}

fn count(tier: &'static str) {
    metrics::counter!("standing_lookups_total", "tier" => tier).increment(1);
}
