//! What happens when Redis is away, slow or unfit, and that it heals by itself.

use std::sync::Arc;
use std::time::Duration;

use adapters_redis::{Redis, RedisHotSessions, RedisRateLimiter, RedisSharedStandings};
use chrono::TimeDelta;
use domain::limit::quota::{LimitClass, LimitedAct, Quota, Verdict};
use domain::outage::{Dependency, Outage};
use domain::port::hot_sessions::HotSessions;
use domain::port::probe::Probe;
use domain::port::rate_limiter::{MockRateLimiter, RateLimiter};
use domain::port::shared_standings::SharedStandings;
use domain::session::SessionUse;
use domain::session::rotation::{Decision, Generation, Lifetimes, RotationState};
use test_support::FixedClock;
use tokio::time::Instant;

use crate::common::{Corner, a_session_of_a_user, eventually};
use crate::server::Server;

const TIMEOUT: Duration = Duration::from_millis(100);

/// What a command may take on a busy machine before it counts as not given up in time.
const GENEROUS: Duration = Duration::from_millis(500);

fn shared(redis: Redis) -> RedisSharedStandings {
    RedisSharedStandings::new(redis, Arc::new(FixedClock::default()))
}

/// Whether nothing was asked, since the breaker was open.
fn was_spared(outage: &Outage) -> bool {
    let Outage::Unavailable { dependency, source } = outage else {
        return false;
    };
    *dependency == Dependency::Redis && source.to_string().contains("is not asked for a while")
}

/// Asks on both kinds of connections until the breaker opens; every answer comes in time.
async fn fails_in_time_and_opens_the_breaker(redis: &Redis) {
    let standings = shared(redis.clone());
    let (session, user) = a_session_of_a_user();
    for attempt in 0..20 {
        let begun = Instant::now();
        let outage = if attempt % 2 == 0 {
            standings.find(session, user).await.unwrap_err()
        } else {
            redis.check().await.unwrap_err()
        };
        assert!(begun.elapsed() < GENEROUS, "{:?}", begun.elapsed());
        if was_spared(&outage) {
            assert_eq!(attempt, 5, "the breaker opens after five failures");
            return;
        }
    }
    panic!("the breaker did not open");
}

async fn heals(redis: &Redis) {
    let standings = shared(redis.clone());
    let (session, user) = a_session_of_a_user();
    eventually("both kinds of connections work again", async || {
        standings.find(session, user).await.is_ok() && redis.check().await.is_ok()
    })
    .await;
}

#[tokio::test]
async fn a_node_starts_without_redis_and_finds_it_later() {
    let mut server = Server::absent();
    let redis = server.corner().node_with(TIMEOUT);
    fails_in_time_and_opens_the_breaker(&redis).await;
    server.start().await;
    heals(&redis).await;
}

#[tokio::test]
async fn a_redis_that_died_is_not_asked_until_it_is_back() {
    let mut server = Server::running().await;
    let redis = server.corner().node_with(TIMEOUT);
    heals(&redis).await;
    server.kill();
    fails_in_time_and_opens_the_breaker(&redis).await;
    server.start().await;
    heals(&redis).await;
}

#[tokio::test]
async fn a_redis_that_does_not_answer_is_given_up_in_time() {
    let server = Server::running().await;
    let redis = server.corner().node_with(TIMEOUT);
    heals(&redis).await;
    server.freeze();
    fails_in_time_and_opens_the_breaker(&redis).await;
    server.thaw();
    heals(&redis).await;
}

#[tokio::test]
async fn a_closed_connection_is_replaced() {
    let server = Server::running().await;
    let corner = server.corner();
    let redis = corner.node_with(TIMEOUT);
    for _ in 0..3 {
        heals(&redis).await;
        let mut raw = corner.raw().await;
        let mut kill = redis::cmd("CLIENT");
        kill.arg("KILL").arg("TYPE").arg("normal");
        let _: i64 = kill.query_async(&mut raw).await.unwrap();
    }
    heals(&redis).await;
}

#[tokio::test]
async fn a_server_that_has_become_a_replica_is_left() {
    let server = Server::running().await;
    let corner = server.corner();
    let redis = corner.node_with(TIMEOUT);
    let standings = shared(redis.clone());
    let standing = test_support::actor().standing();
    standings.put(&standing).await.unwrap();
    let mut raw = corner.raw().await;
    let demote: redis::RedisResult<()> = redis::cmd("REPLICAOF")
        .arg("127.0.0.1")
        .arg(1)
        .exec_async(&mut raw)
        .await;
    demote.unwrap();
    let before = connections(&corner).await;
    assert!(standings.put(&standing).await.is_err());
    eventually("the connection to the replica is closed", async || {
        connections(&corner).await < before
    })
    .await;
    let promote: redis::RedisResult<()> = redis::cmd("REPLICAOF")
        .arg("NO")
        .arg("ONE")
        .exec_async(&mut raw)
        .await;
    promote.unwrap();
    eventually("writes land again", async || {
        standings.put(&standing).await.is_ok()
    })
    .await;
}

async fn connections(corner: &Corner) -> usize {
    let mut raw = corner.raw().await;
    let list: String = redis::cmd("CLIENT")
        .arg("LIST")
        .query_async(&mut raw)
        .await
        .unwrap();
    list.lines().count()
}

#[tokio::test]
async fn while_redis_is_away_the_fallback_counts() {
    let told = Verdict {
        allowed: false,
        remaining: 0,
        reset_after: TimeDelta::seconds(7),
    };
    let mut fallback = MockRateLimiter::new();
    fallback.expect_admit().times(20).return_const(told);
    let redis = Server::absent().corner().node_with(TIMEOUT);
    let limiter = RedisRateLimiter::new(redis, Arc::new(fallback));
    let act = LimitedAct {
        class: LimitClass::Auth,
        subject: "a".to_owned(),
        quota: Quota::new(5, TimeDelta::minutes(15)).unwrap(),
    };
    for _ in 0..20 {
        assert_eq!(limiter.admit(&act).await, told);
    }
}

#[tokio::test]
async fn scripts_that_redis_has_forgotten_are_sent_again() {
    let server = Server::running().await;
    let corner = server.corner();
    let hot = RedisHotSessions::new(corner.node());
    let (session, user) = a_session_of_a_user();
    let lifetimes = Lifetimes::default();
    let begun = chrono::DateTime::UNIX_EPOCH;
    let state = RotationState::begin(begun, &lifetimes);
    hot.put(session, user, &state).await.unwrap();
    for generation in 1..3 {
        let mut raw = corner.raw().await;
        let flushed: redis::RedisResult<()> =
            redis::cmd("SCRIPT").arg("FLUSH").exec_async(&mut raw).await;
        flushed.unwrap();
        let generation = Generation::restore(generation);
        let notes = [SessionUse {
            session,
            generation,
            at: begun,
        }];
        hot.mark_used(&notes).await.unwrap();
        let decision = hot.rotate(session, generation, begun, &lifetimes).await;
        assert!(matches!(decision, Ok(Some(Decision::Rotate(_)))));
    }
}
