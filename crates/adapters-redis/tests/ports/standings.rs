//! Shared copies of standings.

use std::sync::Arc;

use adapters_redis::RedisSharedStandings;
use chrono::TimeDelta;
use domain::access::permission::Permission;
use domain::access::standing::{AccessEpoch, Standing};
use domain::account::user::AccountStatus;
use domain::port::shared_standings::SharedStandings;
use redis::AsyncCommands;
use test_support::FixedClock;

use crate::common::Corner;

struct Desk {
    corner: Corner,
    clock: Arc<FixedClock>,
    shared: RedisSharedStandings,
}

fn desk() -> Desk {
    let corner = Corner::new();
    let clock = Arc::new(FixedClock::default());
    let shared = RedisSharedStandings::new(corner.node(), clock.clone());
    Desk {
        corner,
        clock,
        shared,
    }
}

impl Desk {
    async fn found(&self, standing: &Standing) -> Option<Standing> {
        let found = self.shared.find(standing.session, standing.user).await;
        found.unwrap()
    }
}

fn at_epoch(epoch: i64) -> Standing {
    let mut standing = test_support::actor()
        .with(Permission::ScriptsCreate)
        .with(Permission::SystemRead)
        .standing();
    standing.rights.epoch = AccessEpoch(epoch);
    standing
}

#[tokio::test]
async fn what_one_node_has_put_another_finds() {
    let desk = desk();
    let other = RedisSharedStandings::new(desk.corner.node(), desk.clock.clone());
    let mut standing = at_epoch(7);
    for status in [
        AccountStatus::Active,
        AccountStatus::Suspended,
        AccountStatus::Deleted,
    ] {
        standing.rights.status = status;
        standing.rights.email_verified = !standing.rights.email_verified;
        desk.shared.put(&standing).await.unwrap();
        let found = other.find(standing.session, standing.user).await.unwrap();
        assert_eq!(found, Some(standing));
    }
}

#[tokio::test]
async fn a_part_of_a_standing_is_none() {
    let desk = desk();
    let standing = at_epoch(7);
    assert_eq!(desk.found(&standing).await, None);
    let mut raw = desk.corner.raw().await;
    for part in [
        format!("session:{}:standing", standing.session),
        format!("user:{}:permissions", standing.user),
    ] {
        desk.shared.put(&standing).await.unwrap();
        let _: () = raw.del(desk.corner.key(&part)).await.unwrap();
        assert_eq!(desk.found(&standing).await, None, "{part}");
    }
}

#[tokio::test]
async fn a_session_of_somebody_else_is_not_found() {
    let desk = desk();
    let (mine, other) = (at_epoch(7), at_epoch(7));
    desk.shared.put(&mine).await.unwrap();
    desk.shared.put(&other).await.unwrap();
    let found = desk.shared.find(mine.session, other.user).await.unwrap();
    assert_eq!(found, None);
}

#[tokio::test]
async fn rights_of_an_older_epoch_never_replace_newer_ones() {
    let desk = desk();
    let new = at_epoch(1_000);
    let mut old = new;
    old.rights.epoch = AccessEpoch(999);
    desk.shared.put(&new).await.unwrap();
    desk.shared.put(&old).await.unwrap();
    assert_eq!(desk.found(&new).await, Some(new));
    let mut newest = new;
    newest.rights.epoch = AccessEpoch(1_001);
    desk.shared.put(&newest).await.unwrap();
    assert_eq!(desk.found(&new).await, Some(newest));
}

#[tokio::test]
async fn a_copy_is_used_for_fifteen_minutes_and_then_ignored_wherever_it_comes_from() {
    let desk = desk();
    let standing = at_epoch(7);
    desk.shared.put(&standing).await.unwrap();
    desk.clock.advance(TimeDelta::minutes(15));
    assert_eq!(desk.found(&standing).await, Some(standing));
    desk.clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(desk.found(&standing).await, None);
    desk.clock.advance(TimeDelta::minutes(-17));
    assert_eq!(desk.found(&standing).await, None, "from the future");
}

#[tokio::test]
async fn copies_expire_in_redis_too() {
    let desk = desk();
    let standing = at_epoch(7);
    desk.shared.put(&standing).await.unwrap();
    let mut raw = desk.corner.raw().await;
    for key in [
        format!("session:{}:standing", standing.session),
        format!("user:{}:permissions", standing.user),
    ] {
        let left: i64 = raw.pttl(desk.corner.key(&key)).await.unwrap();
        assert!((1..=15 * 60 * 1_000).contains(&left), "{key}: {left}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_no_copy_and_is_replaced() {
    let desk = desk();
    let standing = at_epoch(7);
    let rights = desk
        .corner
        .key(&format!("user:{}:permissions", standing.user));
    let mut raw = desk.corner.raw().await;
    for garbage in ["", "{", "7", r#"{"epoch":"x"}"#, "[]", "null"] {
        desk.shared.put(&standing).await.unwrap();
        let _: () = raw.set(&rights, garbage).await.unwrap();
        assert_eq!(desk.found(&standing).await, None, "{garbage:?}");
        desk.shared.put(&standing).await.unwrap();
        assert_eq!(desk.found(&standing).await, Some(standing), "{garbage:?}");
    }
}
