//! Not asking a server that does not answer.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// So many failures in a row open the breaker.
const TOLERATED: u32 = 5;

/// For so long it is open at first; each failed trial doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// It is never open for longer than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Lets commands through until five in a row have failed; then none for a while, then one on trial.
#[derive(Debug)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Debug, Clone, Copy)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant, pause: Duration },
    OnTrial { pause: Duration },
}

/// The leave to run one command. Who has it tells how the command ended.
#[derive(Debug)]
pub(crate) struct Pass<'b> {
    breaker: &'b Breaker,
    on_trial: bool,
    settled: bool,
}

impl Breaker {
    pub(crate) fn new() -> Self {
        metrics::gauge!("redis_breaker_open").set(0);
        Self(Mutex::new(State::Closed { failures: 0 }))
    }

    /// The leave to run a command; `None` while the breaker is open.
    pub(crate) fn admit(&self) -> Option<Pass<'_>> {
        let mut state = self.lock();
        let on_trial = match *state {
            State::Closed { .. } => false,
            State::Open { until, pause } if Instant::now() >= until => {
                *state = State::OnTrial { pause };
                true
            }
            State::Open { .. } | State::OnTrial { .. } => return None,
        };
        Some(Pass {
            breaker: self,
            on_trial,
            settled: false,
        })
    }

    fn open(state: &mut State, pause: Duration) {
        let until = Instant::now() + pause;
        *state = State::Open { until, pause };
        metrics::gauge!("redis_breaker_open").set(1);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// The server has answered.
    pub(crate) fn succeeded(mut self) {
        self.settled = true;
        let mut state = self.breaker.lock();
        match *state {
            State::OnTrial { .. } if self.on_trial => {
                tracing::info!("Redis answers again");
                metrics::gauge!("redis_breaker_open").set(0);
                *state = State::Closed { failures: 0 };
            }
            State::Closed { .. } => *state = State::Closed { failures: 0 },
            // A straggler from before the breaker opened proves nothing.
            State::Open { .. } | State::OnTrial { .. } => {}
        }
    }

    /// The server has not answered. Tells whether the breaker is open because of this.
    pub(crate) fn failed(mut self) -> bool {
        self.settled = true;
        let mut state = self.breaker.lock();
        match *state {
            State::OnTrial { pause } if self.on_trial => {
                Breaker::open(&mut state, (pause * 2).min(LONGEST_PAUSE));
                true
            }
            State::Closed { failures } if failures + 1 >= TOLERATED => {
                tracing::warn!("Redis does not answer; it is not asked for a while");
                Breaker::open(&mut state, FIRST_PAUSE);
                true
            }
            State::Closed { failures } => {
                *state = State::Closed {
                    failures: failures + 1,
                };
                false
            }
            State::Open { .. } | State::OnTrial { .. } => false,
        }
    }
}

impl Drop for Pass<'_> {
    /// A trial that was abandoned has shown nothing: the next command is on trial.
    fn drop(&mut self) {
        if self.settled || !self.on_trial {
            return;
        }
        let mut state = self.breaker.lock();
        if let State::OnTrial { pause } = *state {
            *state = State::Open {
                until: Instant::now(),
                pause,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    fn open() -> Breaker {
        let breaker = Breaker::new();
        for _ in 1..TOLERATED {
            assert!(!breaker.admit().unwrap().failed());
        }
        assert!(breaker.admit().unwrap().failed());
        breaker
    }

    #[tokio::test(start_paused = true)]
    async fn only_failures_in_a_row_open_it() {
        let breaker = Breaker::new();
        for _ in 0..3 {
            for _ in 1..TOLERATED {
                breaker.admit().unwrap().failed();
            }
            breaker.admit().unwrap().succeeded();
        }
        assert!(breaker.admit().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn after_the_pause_one_command_is_on_trial() {
        let breaker = open();
        assert!(breaker.admit().is_none());
        advance(FIRST_PAUSE).await;
        let trial = breaker.admit().unwrap();
        assert!(breaker.admit().is_none());
        trial.succeeded();
        assert!(breaker.admit().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn failed_trials_double_the_pause_up_to_the_longest() {
        let breaker = open();
        advance(FIRST_PAUSE).await;
        for seconds in [2, 4, 5, 5] {
            assert!(breaker.admit().unwrap().failed());
            advance(Duration::from_millis(seconds * 1_000 - 1)).await;
            assert!(breaker.admit().is_none());
            advance(Duration::from_millis(1)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_abandoned_trial_leaves_the_next_command_on_trial() {
        let breaker = open();
        advance(FIRST_PAUSE).await;
        drop(breaker.admit().unwrap());
        let trial = breaker.admit().unwrap();
        assert!(breaker.admit().is_none());
        trial.succeeded();
    }

    #[tokio::test(start_paused = true)]
    async fn stragglers_change_nothing() {
        let breaker = Breaker::new();
        let (lucky, unlucky) = (breaker.admit().unwrap(), breaker.admit().unwrap());
        for _ in 0..TOLERATED {
            breaker.admit().unwrap().failed();
        }
        lucky.succeeded();
        assert!(!unlucky.failed());
        assert!(breaker.admit().is_none());
    }
}
