//! Whether this node would hear of a change, and so whether copies may be believed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::Instant;

/// The feed counts as read for so long.
pub(crate) const FRESH_FOR: Duration = Duration::from_secs(2);

/// The longest that a copy lives, 15 minutes shared and one more in a process, and some margin: changes before that
/// concern no copy.
const LONGEST_LOOKBACK: Duration = Duration::from_mins(20);

/// A change is dated by the start of its transaction and seen after its end; this is longer than any transaction.
const MARGIN: Duration = Duration::from_mins(1);

const PUSH_IS_DOWN: u64 = u64::MAX;
const NEVER: u64 = 0;

/// Two moments, as microseconds since the start. Time is monotonic here: a wall clock that is set back must not keep
/// an old reading of the feed fresh.
pub(crate) struct Trust {
    start: Instant,
    push_since: AtomicU64,
    caught_up_at: AtomicU64,
}

impl Trust {
    /// Nothing was heard yet. Where a push is awaited, it is down until it is said to be up.
    pub(crate) fn new(awaits_push: bool) -> Self {
        let push_since = if awaits_push { PUSH_IS_DOWN } else { NEVER };
        Self {
            start: Instant::now(),
            push_since: AtomicU64::new(push_since),
            caught_up_at: AtomicU64::new(NEVER),
        }
    }

    pub(crate) fn push_is(&self, up: bool) {
        if up {
            let now = self.moment(Instant::now());
            // An error means that it was up already, and since when is known.
            let _ = self.push_since.compare_exchange(
                PUSH_IS_DOWN,
                now,
                Ordering::AcqRel,
                Ordering::Acquire,
            );
        } else {
            self.push_since.store(PUSH_IS_DOWN, Ordering::Release);
        }
    }

    /// The feed was read, and everything that it told is known by now. The reading began at `asked`.
    pub(crate) fn caught_up(&self, asked: Instant) {
        self.caught_up_at
            .fetch_max(self.moment(asked), Ordering::AcqRel);
    }

    /// Whether copies in the process may be believed: the feed was read within the last two seconds, and after the
    /// push came up, so that nothing was missed while it was down.
    pub(crate) fn in_process(&self, now: Instant) -> bool {
        self.is_fresh(now) && self.covers_push()
    }

    /// Whether shared copies may be believed, which are dropped by whoever makes the change: this node hears of changes
    /// one way or the other. A node that has never read the feed knows nothing to hold against a copy.
    pub(crate) fn shared(&self, now: Instant) -> bool {
        self.is_fresh(now) || self.covers_push()
    }

    /// How far the next reading of the feed has to look back so that no change can have been missed that concerns a
    /// living copy.
    pub(crate) fn lookback(&self, now: Instant) -> TimeDelta {
        let caught_up_at = self.caught_up_at.load(Ordering::Acquire);
        let lookback = if caught_up_at == NEVER {
            LONGEST_LOOKBACK
        } else {
            let since = self.moment(now).saturating_sub(caught_up_at);
            LONGEST_LOOKBACK.min(Duration::from_micros(since) + MARGIN)
        };
        TimeDelta::from_std(lookback).unwrap_or(TimeDelta::MAX)
    }

    fn is_fresh(&self, now: Instant) -> bool {
        let caught_up_at = self.caught_up_at.load(Ordering::Acquire);
        let age = self.moment(now).saturating_sub(caught_up_at);
        caught_up_at != NEVER && Duration::from_micros(age) <= FRESH_FOR
    }

    fn covers_push(&self) -> bool {
        let caught_up_at = self.caught_up_at.load(Ordering::Acquire);
        caught_up_at != NEVER && caught_up_at >= self.push_since.load(Ordering::Acquire)
    }

    /// Never [`NEVER`].
    fn moment(&self, at: Instant) -> u64 {
        let micros = at.saturating_duration_since(self.start).as_micros();
        u64::try_from(micros).map_or(PUSH_IS_DOWN - 1, |micros| micros.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    const MOMENT: Duration = Duration::from_millis(500);

    fn trusted(trust: &Trust) -> (bool, bool) {
        let now = Instant::now();
        (trust.in_process(now), trust.shared(now))
    }

    #[tokio::test(start_paused = true)]
    async fn a_node_that_was_told_nothing_trusts_no_copy() {
        let trust = Trust::new(true);
        assert_eq!(trusted(&trust), (false, false));
        trust.push_is(true);
        assert_eq!(trusted(&trust), (false, false));
        assert_eq!(trusted(&Trust::new(false)), (false, false));
    }

    #[tokio::test(start_paused = true)]
    async fn copies_in_the_process_need_push_and_a_fresh_feed() {
        let trust = Trust::new(true);
        trust.push_is(true);
        advance(MOMENT).await;
        trust.caught_up(Instant::now());
        advance(FRESH_FOR).await;
        assert_eq!(trusted(&trust), (true, true));
        advance(Duration::from_millis(1)).await;
        assert_eq!(
            trusted(&trust),
            (false, true),
            "the push still tells of changes"
        );
        trust.push_is(false);
        assert_eq!(trusted(&trust), (false, false));
        trust.caught_up(Instant::now());
        assert_eq!(
            trusted(&trust),
            (false, true),
            "the feed still tells of changes"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn after_the_push_came_back_the_feed_has_to_be_read_first() {
        let trust = Trust::new(true);
        trust.caught_up(Instant::now());
        let asked_before = Instant::now();
        advance(MOMENT).await;
        trust.push_is(true);
        trust.caught_up(asked_before);
        assert!(!trusted(&trust).0);
        advance(MOMENT).await;
        trust.push_is(true);
        trust.caught_up(Instant::now());
        assert!(trusted(&trust).0);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_push_by_design_the_feed_is_enough() {
        let trust = Trust::new(false);
        trust.caught_up(Instant::now());
        assert_eq!(trusted(&trust), (true, true));
    }

    #[tokio::test(start_paused = true)]
    async fn the_feed_is_asked_for_everything_that_can_have_been_missed() {
        let trust = Trust::new(true);
        assert_eq!(trust.lookback(Instant::now()), TimeDelta::minutes(20));
        trust.caught_up(Instant::now());
        assert_eq!(trust.lookback(Instant::now()), TimeDelta::minutes(1));
        advance(Duration::from_mins(5)).await;
        assert_eq!(trust.lookback(Instant::now()), TimeDelta::minutes(6));
        advance(Duration::from_hours(1)).await;
        assert_eq!(trust.lookback(Instant::now()), TimeDelta::minutes(20));
    }
}
