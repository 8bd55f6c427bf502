//! Hearing of changes, and noticing when one does not.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use adapters_redis::{PushEvent, RedisAnnouncements, RedisPush};
use domain::access::standing::{AccessChange, AccessEpoch};
use domain::port::announcements::Announcements;
use redis::AsyncCommands;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::common::{Corner, Heard, eventually};
use crate::server::Server;

/// A node that listens, and all that it was told.
struct Listener {
    events: Arc<Mutex<Vec<PushEvent>>>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Listener {
    fn on(corner: &Corner) -> Self {
        let events = Arc::new(Mutex::new(Vec::new()));
        let stop = CancellationToken::new();
        let push = RedisPush::new(corner.node());
        let (heard, stopped) = (Arc::clone(&events), stop.clone());
        let task = tokio::spawn(async move {
            push.run(move |event| heard.lock().unwrap().push(event), stopped)
                .await;
        });
        Self { events, stop, task }
    }

    fn events(&self) -> Vec<PushEvent> {
        self.events.lock().unwrap().clone()
    }

    async fn hears(&self, expected: &[PushEvent]) {
        eventually("all events were heard", async || {
            self.events().len() >= expected.len()
        })
        .await;
        assert_eq!(self.events(), expected);
    }
}

fn change(epoch: i64) -> AccessChange {
    AccessChange::Everybody {
        epoch: AccessEpoch(epoch),
    }
}

#[tokio::test]
async fn what_one_node_announces_all_listeners_hear_in_order() {
    let corner = Corner::new();
    let listeners = [Listener::on(&corner), Listener::on(&corner)];
    for listener in &listeners {
        listener.hears(&[PushEvent::Up]).await;
    }
    let announcements = RedisAnnouncements::new(corner.node(), Arc::new(Heard::default()));
    announcements.announce(&[change(1), change(2)]).await;
    announcements.announce(&[]).await;
    announcements.announce(&[change(3)]).await;
    for listener in &listeners {
        let expected = [
            PushEvent::Up,
            PushEvent::Changes(vec![change(1), change(2)]),
            PushEvent::Changes(vec![change(3)]),
        ];
        listener.hears(&expected).await;
    }
}

#[tokio::test]
async fn platforms_with_other_prefixes_are_not_heard() {
    let (mine, other) = (Corner::new(), Corner::new());
    let listener = Listener::on(&mine);
    listener.hears(&[PushEvent::Up]).await;
    for (corner, epoch) in [(&other, 1), (&mine, 2)] {
        let announcements = RedisAnnouncements::new(corner.node(), Arc::new(Heard::default()));
        announcements.announce(&[change(epoch)]).await;
    }
    let expected = [PushEvent::Up, PushEvent::Changes(vec![change(2)])];
    listener.hears(&expected).await;
}

#[tokio::test]
async fn a_message_that_cannot_be_read_makes_listening_start_over() {
    let corner = Corner::new();
    let listener = Listener::on(&corner);
    listener.hears(&[PushEvent::Up]).await;
    let mut raw = corner.raw().await;
    let _: () = raw.publish(corner.key("access"), "what?").await.unwrap();
    listener
        .hears(&[PushEvent::Up, PushEvent::Down, PushEvent::Up])
        .await;
}

#[tokio::test]
async fn who_stops_listening_is_told_last_that_the_push_is_down() {
    let listener = Listener::on(&Corner::new());
    listener.hears(&[PushEvent::Up]).await;
    listener.stop.cancel();
    listener.task.await.unwrap();
    let events = listener.events.lock().unwrap().clone();
    assert_eq!(events, [PushEvent::Up, PushEvent::Down]);
}

#[tokio::test]
async fn a_redis_that_dies_is_noticed_and_found_again() {
    let mut server = Server::running().await;
    let corner = server.corner();
    let listener = Listener::on(&corner);
    listener.hears(&[PushEvent::Up]).await;
    server.kill();
    listener.hears(&[PushEvent::Up, PushEvent::Down]).await;
    server.start().await;
    listener
        .hears(&[PushEvent::Up, PushEvent::Down, PushEvent::Up])
        .await;
    let announcements = RedisAnnouncements::new(corner.node(), Arc::new(Heard::default()));
    announcements.announce(&[change(1)]).await;
    eventually("announcements are heard again", async || {
        listener.events().last() == Some(&PushEvent::Changes(vec![change(1)]))
    })
    .await;
}

#[tokio::test]
async fn a_redis_that_says_nothing_any_more_is_noticed() {
    let server = Server::running().await;
    let listener = Listener::on(&server.corner());
    listener.hears(&[PushEvent::Up]).await;
    let frozen = Instant::now();
    server.freeze();
    listener.hears(&[PushEvent::Up, PushEvent::Down]).await;
    // 1.5 s by design; the rest is for a busy machine.
    assert!(frozen.elapsed() < Duration::from_secs(4));
    server.thaw();
    listener
        .hears(&[PushEvent::Up, PushEvent::Down, PushEvent::Up])
        .await;
}
