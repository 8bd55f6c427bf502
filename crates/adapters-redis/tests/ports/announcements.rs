//! Announcing changes.

use std::sync::Arc;
use std::time::Duration;

use adapters_redis::{RedisAnnouncements, RedisHotSessions, RedisSharedStandings};
use domain::access::standing::{AccessChange, AccessEpoch, Standing};
use domain::port::announcements::Announcements;
use domain::port::hot_sessions::HotSessions;
use domain::port::shared_standings::SharedStandings;
use redis::AsyncCommands;
use test_support::FixedClock;

use crate::common::{Corner, Heard};
use crate::server::Server;

/// A person with a session, of which all copies are there.
async fn copied(corner: &Corner) -> Standing {
    let standing = test_support::actor().standing();
    let shared = RedisSharedStandings::new(corner.node(), Arc::new(FixedClock::default()));
    shared.put(&standing).await.unwrap();
    let state = test_support::a_session(standing.user).rotation;
    let hot = RedisHotSessions::new(corner.node());
    hot.put(standing.session, standing.user, &state)
        .await
        .unwrap();
    standing
}

async fn keys(corner: &Corner, standing: &Standing) -> [bool; 3] {
    let mut raw = corner.raw().await;
    let mut there = [false; 3];
    let keys = [
        format!("user:{}:permissions", standing.user),
        format!("session:{}:standing", standing.session),
        format!("session:{}", standing.session),
    ];
    for (there, key) in there.iter_mut().zip(keys) {
        *there = raw.exists(corner.key(&key)).await.unwrap();
    }
    there
}

#[tokio::test]
async fn a_change_drops_the_copies_that_it_makes_stale_and_no_others() {
    let corner = Corner::new();
    let local = Arc::new(Heard::default());
    let announcements = RedisAnnouncements::new(corner.node(), local.clone());
    let (promoted, ended, other) = (
        copied(&corner).await,
        copied(&corner).await,
        copied(&corner).await,
    );
    let changes = [
        AccessChange::User {
            user: promoted.user,
            epoch: AccessEpoch(2),
        },
        AccessChange::SessionEnded(ended.session),
    ];
    announcements.announce(&changes).await;
    assert_eq!(keys(&corner, &promoted).await, [false, true, true]);
    assert_eq!(keys(&corner, &ended).await, [true, false, false]);
    assert_eq!(keys(&corner, &other).await, [true, true, true]);
    assert_eq!(local.changes(), changes);
}

#[tokio::test]
async fn this_node_is_told_though_redis_is_away() {
    let redis = Server::absent()
        .corner()
        .node_with(Duration::from_millis(100));
    let local = Arc::new(Heard::default());
    let announcements = RedisAnnouncements::new(redis, local.clone());
    let change = AccessChange::Everybody {
        epoch: AccessEpoch(2),
    };
    announcements.announce(&[change]).await;
    assert_eq!(local.changes(), [change]);
}
