//! What runs besides requests.

use std::sync::Arc;
use std::time::Duration;

use adapters_redis::{PushEvent, RedisPush};
use application::sessions::record_uses::RecordUses;
use domain::port::clock::Clock;
use domain::port::jobs::Jobs;
use domain::port::retention::Retention;

use super::adapters::Adapters;
use super::{access, own_account, staff};
use crate::background::Background;

/// How often the durable feed is read: a lost push costs no more than this.
const FEED: Duration = Duration::from_millis(500);
/// How long after a failure the tables of permissions are looked at again.
const COMPARED_AGAIN: Duration = Duration::from_secs(5);

/// Keeps the copies of standings true: by the feed, and faster by push.
pub(super) fn follow_access(adapters: &Adapters, background: &Background) {
    let (changes, copies) = (
        Arc::clone(&adapters.changes),
        Arc::clone(&adapters.standings),
    );
    background.every(FEED, move || {
        let (changes, copies) = (Arc::clone(&changes), Arc::clone(&copies));
        async move {
            if let Err(outage) = copies.catch_up(&*changes).await {
                metrics::counter!("access_feed_failures_total").increment(1);
                tracing::debug!(error = %outage, "the feed of access changes is out of reach");
            }
        }
    });
    let Some(redis) = adapters.redis.clone() else {
        return;
    };
    let copies = Arc::clone(&adapters.standings);
    background.spawn(async move |stop| {
        let hear = move |event| match event {
            PushEvent::Up => copies.push_is(true),
            PushEvent::Down => copies.push_is(false),
            PushEvent::Changes(changes) => copies.observe(&changes),
        };
        RedisPush::new(redis).run(hear, stop).await;
    });
}

/// Compares what the code checks with what the tables hold, once: as soon as they can be read.
pub(super) fn compare_permissions(adapters: &Adapters, background: &Background) {
    let use_case = access::compare(adapters);
    background.spawn(async move |stop| {
        let differences = loop {
            match use_case.run().await {
                Ok(differences) => break differences,
                Err(outage) => {
                    tracing::debug!(error = %outage, "permissions cannot be compared yet");
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(COMPARED_AGAIN) => {}
            }
        };
        if differences.is_none() {
            return;
        }
        metrics::counter!("permission_mismatches_total").increment(1);
        tracing::error!(
            unknown = %differences.unknown,
            kept_from_admin = %differences.kept_from_admin,
            "the tables of permissions do not fit this release: migrate, or give admin what it lacks"
        );
    });
}

/// Writes down which sessions are in use, once a second.
pub(super) fn record_uses(adapters: &Adapters, background: &Background) {
    let notes = Arc::clone(&adapters.uses);
    let record = Arc::new(RecordUses {
        sessions: adapters.sessions.clone(),
        hot: Arc::clone(&adapters.hot),
    });
    background.every(Duration::from_secs(1), move || {
        let (notes, record) = (Arc::clone(&notes), Arc::clone(&record));
        async move {
            let uses = notes.drain();
            if let Err(outage) = record.run(&uses).await {
                tracing::debug!(error = %outage, "uses of sessions were not written down");
                notes.put_back(uses);
            }
        }
    });
}

/// Forgets what has outlived its purpose, once a minute.
pub(super) fn purge(adapters: &Adapters, background: &Background) {
    let (records, clock) = (Arc::clone(&adapters.records), Arc::clone(&adapters.clock));
    background.every(Duration::from_mins(1), move || {
        let (records, clock) = (Arc::clone(&records), Arc::clone(&clock));
        async move {
            match records.purge(clock.now()).await {
                Ok(rows) => metrics::counter!("purged_rows_total").increment(rows),
                Err(outage) => tracing::warn!(error = %outage, "nothing could be purged"),
            }
        }
    });
}

/// Lifts the suspensions whose time has come, every five seconds.
pub(super) fn end_suspensions(adapters: &Adapters, background: &Background) {
    let use_case = Arc::new(staff::end_suspensions(adapters));
    background.every(Duration::from_secs(5), move || {
        let use_case = Arc::clone(&use_case);
        async move {
            match use_case.run().await {
                Ok(0) => {}
                Ok(lifted) => tracing::info!(lifted, "suspensions have ended"),
                Err(outage) => {
                    tracing::warn!(error = %outage, "suspensions that have ended stay for now");
                }
            }
        }
    });
}

/// Clears away the pictures that nobody has, once an hour.
pub(super) fn clear_avatars(adapters: &Adapters, background: &Background) {
    let clear = Arc::new(own_account::clear_avatars(adapters));
    background.every(Duration::from_hours(1), move || {
        let clear = Arc::clone(&clear);
        async move {
            match clear.run().await {
                Ok(avatars) => {
                    let avatars = u64::try_from(avatars).unwrap_or_default();
                    metrics::counter!("avatars_cleared_away_total").increment(avatars);
                }
                Err(outage) => {
                    metrics::counter!("avatar_clearing_failures_total").increment(1);
                    tracing::warn!(error = %outage, "pictures that nobody has were not cleared away");
                }
            }
        }
    });
}

/// Measures how much waits, every five seconds.
pub(super) fn measure_queue(adapters: &Adapters, background: &Background) {
    let (jobs, clock) = (Arc::clone(&adapters.jobs), Arc::clone(&adapters.clock));
    background.every(Duration::from_secs(5), move || {
        let (jobs, clock) = (Arc::clone(&jobs), Arc::clone(&clock));
        async move {
            if let Ok(depth) = jobs.depth(clock.now()).await {
                metrics::gauge!("jobs", "state" => "waiting").set(as_gauge(depth.waiting));
                metrics::gauge!("jobs", "state" => "dead").set(as_gauge(depth.dead));
                metrics::gauge!("jobs_oldest_seconds").set(as_gauge(depth.oldest_seconds));
            }
        }
    });
}

fn as_gauge(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
