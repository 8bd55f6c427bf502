//! When a failed job is tried again.

use chrono::TimeDelta;

/// Tries before a job is set aside.
pub const MAX_ATTEMPTS: u32 = 12;

const FIRST_DELAY_SECONDS: i64 = 5;
const LONGEST_DELAY_SECONDS: i64 = 120;

/// Exponential back-off with jitter: 5 s, 10 s, 20 s … at most 2 min, so that everything that waits for
/// a dependency is done within minutes of its return.
///
/// `attempt` counts the tries so far, from 1; `jitter` in 0..=1023 spreads the tries over the last
/// quarter of the delay. Answers `None` when the job has had all its tries.
#[must_use]
pub fn delay(attempt: u32, jitter: u16) -> Option<TimeDelta> {
    if attempt >= MAX_ATTEMPTS {
        return None;
    }
    let doubled = FIRST_DELAY_SECONDS.saturating_mul(
        1_i64
            .checked_shl(attempt.saturating_sub(1))
            .unwrap_or(i64::MAX),
    );
    let millis = doubled.min(LONGEST_DELAY_SECONDS) * 1_000;
    let spread = millis / 4 * i64::from(jitter.min(1_023)) / 1_023;
    Some(TimeDelta::milliseconds(millis - spread))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_retry_comes_after_five_seconds() {
        assert_eq!(delay(1, 0), Some(TimeDelta::seconds(5)));
    }

    #[test]
    fn a_job_that_used_all_its_tries_is_not_tried_again() {
        assert_eq!(delay(MAX_ATTEMPTS, 0), None);
    }

    proptest! {
        #[test]
        fn a_delay_is_never_longer_than_two_minutes_nor_shorter_than_three_quarters_of_the_first(attempt in 1..MAX_ATTEMPTS, jitter: u16) {
            let delay = delay(attempt, jitter).unwrap();
            prop_assert!(delay <= TimeDelta::seconds(LONGEST_DELAY_SECONDS));
            prop_assert!(delay >= TimeDelta::milliseconds(FIRST_DELAY_SECONDS * 750));
        }
    }
}
