//! The limiter under many acts at once, by the clock of Redis.

use std::sync::Arc;

use adapters_redis::RedisRateLimiter;
use chrono::TimeDelta;
use domain::limit::quota::{LimitClass, LimitedAct, Quota};
use domain::port::rate_limiter::{MockRateLimiter, RateLimiter};
use redis::AsyncCommands;
use tokio::task::JoinSet;

use crate::common::Corner;

fn act(limit: u32) -> LimitedAct {
    LimitedAct {
        class: LimitClass::Auth,
        subject: "203.0.113.7".to_owned(),
        quota: Quota::new(limit, TimeDelta::minutes(15)).unwrap(),
    }
}

fn limiter(corner: &Corner) -> Arc<RedisRateLimiter> {
    Arc::new(RedisRateLimiter::new(
        corner.node(),
        Arc::new(MockRateLimiter::new()),
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_acts_at_once_on_two_nodes_exactly_the_quota_passes() {
    let corner = Corner::new();
    let nodes = [limiter(&corner), limiter(&corner)];
    let mut acts = JoinSet::new();
    for n in 0..100 {
        let node = Arc::clone(&nodes[n % 2]);
        acts.spawn(async move { node.admit(&act(37)).await });
    }
    let verdicts = acts.join_all().await;
    let mut left: Vec<_> = verdicts
        .iter()
        .filter(|verdict| verdict.allowed)
        .map(|verdict| verdict.remaining)
        .collect();
    left.sort_unstable();
    assert_eq!(left, (0..37).collect::<Vec<_>>());
    for verdict in verdicts {
        let longest = TimeDelta::minutes(15) + TimeDelta::seconds(15);
        assert!(verdict.reset_after > TimeDelta::zero() && verdict.reset_after <= longest);
    }
}

#[tokio::test]
async fn a_count_expires_after_its_window() {
    let corner = Corner::new();
    limiter(&corner).admit(&act(5)).await;
    let key = corner.key("limit:auth:203.0.113.7");
    let left: i64 = corner.raw().await.pttl(key).await.unwrap();
    let window = 15 * 60 * 1_000;
    assert!((window..=window + 30_000).contains(&left), "{left}");
}
