//! Counting acts in a sliding window.
//!
//! The window is cut into [`SLOTS`] slots and each slot counts its acts. An act is forgotten when its whole
//! slot has left the window, so that no stretch of time as long as the window ever holds more acts than the
//! quota: at no edge, under no burst. The price is that an act may be remembered one slot too long.

use chrono::TimeDelta;
use std::collections::VecDeque;

use crate::limit::quota::{Quota, Verdict};

/// Into so many slots a window is cut.
pub const SLOTS: i64 = 60;

/// The acts of one subject.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SlidingWindow {
    slots: VecDeque<(i64, u32)>,
}

/// The length of one slot in milliseconds.
#[must_use]
pub fn slot_millis(quota: Quota) -> i64 {
    (quota.window().num_milliseconds() / SLOTS).max(1)
}

impl SlidingWindow {
    /// Counts one act at `now_millis` (since any fixed instant), if the quota allows it.
    pub fn admit(&mut self, now_millis: i64, quota: Quota) -> Verdict {
        let slot_length = slot_millis(quota);
        let slot = now_millis.div_euclid(slot_length);
        while self
            .slots
            .front()
            .is_some_and(|(oldest, _)| *oldest < slot - SLOTS)
        {
            self.slots.pop_front();
        }
        let counted: u32 = self
            .slots
            .iter()
            .map(|(_, acts)| *acts)
            .fold(0, u32::saturating_add);
        let allowed = counted < quota.limit();
        if allowed {
            match self.slots.back_mut() {
                // A clock that went back must not make a slot of the past: the act joins the newest one.
                Some((newest, acts)) if *newest >= slot => *acts += 1,
                _ => self.slots.push_back((slot, 1)),
            }
        }
        let oldest = self.slots.front().map_or(slot, |(oldest, _)| *oldest);
        Verdict {
            allowed,
            remaining: quota
                .limit()
                .saturating_sub(counted.saturating_add(u32::from(allowed))),
            reset_after: TimeDelta::milliseconds(
                ((oldest + SLOTS + 1) * slot_length - now_millis).max(1),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limit::quota_cases::CASES;
    use proptest::prelude::*;

    #[test]
    fn every_case_of_the_table_is_counted_as_it_says() {
        for case in CASES {
            let quota = case.quota();
            let mut window = SlidingWindow::default();
            for (step, (at, expected)) in case.acts.iter().enumerate() {
                let verdict = window.admit(*at, quota);
                assert_eq!(
                    (verdict.allowed, verdict.remaining),
                    *expected,
                    "{}, act {step}",
                    case.name
                );
            }
        }
    }

    #[test]
    fn who_waits_as_long_as_told_is_let_in() {
        let quota = Quota::new(5, TimeDelta::minutes(15)).unwrap();
        let mut window = SlidingWindow::default();
        let denied = (0..6)
            .map(|n| window.admit(1_000_003 + n, quota))
            .last()
            .unwrap();
        assert!(!denied.allowed);
        let later = 1_000_008 + denied.reset_after.num_milliseconds();
        assert!(window.admit(later, quota).allowed);
    }

    proptest! {
        #[test]
        fn no_stretch_as_long_as_the_window_holds_more_acts_than_the_quota(
            limit in 1_u32..20, steps in prop::collection::vec(0_i64..4_000, 1..200)
        ) {
            let quota = Quota::new(limit, TimeDelta::seconds(60)).unwrap();
            let mut window = SlidingWindow::default();
            let (mut now, mut admitted) = (0, Vec::new());
            for step in steps {
                now += step;
                if window.admit(now, quota).allowed {
                    admitted.push(now);
                }
            }
            for (index, start) in admitted.iter().enumerate() {
                let within = admitted[index..].iter().take_while(|at| *at - start < 60_000).count();
                prop_assert!(within <= usize::try_from(limit).unwrap());
            }
        }
    }
}
