//! What a process does besides answering: loops that end when they are told to.

use std::future::Future;
use std::time::Duration;

use application::jobs::worker::Worker;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a worker with nothing to do waits before it looks again: mails leave within this time.
const IDLE: Duration = Duration::from_millis(500);
/// How long a worker waits whose queue is out of reach.
const AWAY: Duration = Duration::from_secs(2);

/// The loops of a process.
#[derive(Debug, Clone, Default)]
pub struct Background {
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Background {
    /// Runs a task that watches the token itself.
    pub fn spawn<F>(&self, task: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tasks.spawn(task(self.stop.clone()));
    }

    /// Does something again and again, the first time at once. A round that has begun is finished before the loop ends.
    pub fn every<F>(&self, period: Duration, mut round: impl FnMut() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            let mut ticks = interval(period);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    () = stop.cancelled() => break,
                    _ = ticks.tick() => round().await,
                }
            }
        });
    }

    /// Works on the queue. A batch that was claimed is finished before the worker ends.
    pub fn work(&self, worker: Worker) {
        self.spawn(async move |stop| {
            while !stop.is_cancelled() {
                let pause = match worker.run_once().await {
                    Ok(0) => IDLE,
                    Ok(_) => continue,
                    Err(outage) => {
                        tracing::warn!(error = %outage, "the queue is out of reach");
                        AWAY
                    }
                };
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = sleep(pause) => {}
                }
            }
        });
    }

    /// Ends all loops, and waits for them at most so long.
    pub async fn stop(&self, patience: Duration) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(patience, self.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!(
                "work in the background did not end in time; what it held comes back with its lease"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use tokio::sync::Notify;

    #[tokio::test]
    async fn a_loop_runs_at_once_and_ends_when_it_is_told_to() {
        let background = Background::default();
        let (rounds, ran) = (Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
        let (counted, told) = (Arc::clone(&rounds), Arc::clone(&ran));
        background.every(Duration::from_hours(1), move || {
            counted.fetch_add(1, Ordering::Relaxed);
            told.notify_one();
            async {}
        });
        ran.notified().await;
        background.stop(Duration::from_secs(5)).await;
        assert_eq!(rounds.load(Ordering::Relaxed), 1);
    }
}
