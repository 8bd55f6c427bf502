//! Hearing of access changes as they happen.

use std::time::Duration;

use domain::access::standing::AccessChange;
use futures_util::{Stream, StreamExt};
use redis::aio::{PubSubSink, PubSubStream};
use redis::{Msg, RedisResult};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::change_message;
use crate::failure::late;
use crate::link::Redis;

/// Connecting and subscribing may take so long.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Between two signs of life.
const HEARTBEAT: Duration = Duration::from_millis(500);

/// A sign of life that takes longer does not come: a dead peer is noticed after 1.5 s at the latest.
const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(1);

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What a node hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushEvent {
    /// From now on every announced change is heard.
    Up,
    /// From now on changes may be missed.
    Down,
    /// These changes were announced.
    Changes(Vec<AccessChange>),
}

/// Listens to the announcements of all nodes.
pub struct RedisPush(Redis);

/// Why listening ended.
#[derive(Debug, thiserror::Error)]
enum Silence {
    #[error("the connection broke")]
    Broken,
    #[error("there was no sign of life")]
    Dead,
    #[error("a message could not be read")]
    Garbled,
}

impl RedisPush {
    /// A listener behind this link; it has a connection of its own.
    #[must_use]
    pub const fn new(redis: Redis) -> Self {
        Self(redis)
    }

    /// Listens until `stop`, connecting again whenever the connection is lost, and reports everything in order. Begins
    /// and ends down; the last report is `Down` if any was `Up`.
    pub async fn run(&self, on: impl Fn(PushEvent) + Send + Sync, stop: CancellationToken) {
        stop.run_until_cancelled(self.listen_for_ever(&on)).await;
    }

    async fn listen_for_ever(&self, on: &(impl Fn(PushEvent) + Send + Sync)) {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.subscribe().await {
                Ok((sink, stream)) => {
                    pause = FIRST_PAUSE;
                    let _up = Up::report(on);
                    let silence = tokio::select! {
                        silence = hear(stream, on) => silence,
                        silence = fall_silent(sink) => silence,
                    };
                    metrics::counter!("push_interruptions_total").increment(1);
                    tracing::warn!(reason = %silence, "the push of access changes is down");
                }
                Err(error) => {
                    tracing::debug!(%error, "the push of access changes is still down");
                }
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn subscribe(&self) -> RedisResult<(PubSubSink, PubSubStream)> {
        let subscribing = async {
            let mut subscription = self.0.client().get_async_pubsub().await?;
            subscription.subscribe(self.0.keys().access()).await?;
            Ok(subscription.split())
        };
        timeout(CONNECT_TIMEOUT, subscribing)
            .await
            .unwrap_or_else(|_elapsed| Err(late()))
    }
}

/// Reports `Down` when it goes, however listening ends.
struct Up<'o, O: Fn(PushEvent)>(&'o O);

impl<'o, O: Fn(PushEvent)> Up<'o, O> {
    fn report(on: &'o O) -> Self {
        on(PushEvent::Up);
        Self(on)
    }
}

impl<O: Fn(PushEvent)> Drop for Up<'_, O> {
    fn drop(&mut self) {
        (self.0)(PushEvent::Down);
    }
}

/// Passes messages on. One that cannot be read may have told of a change that is now unknown, so listening starts over
/// and copies are not trusted meanwhile.
async fn hear(mut messages: impl Stream<Item = Msg> + Unpin, on: &impl Fn(PushEvent)) -> Silence {
    while let Some(message) = messages.next().await {
        match change_message::read(message.get_payload_bytes()) {
            Ok(changes) => on(PushEvent::Changes(changes)),
            Err(error) => {
                tracing::warn!(%error, "an announcement cannot be read");
                metrics::counter!("push_garbled_total").increment(1);
                return Silence::Garbled;
            }
        }
    }
    Silence::Broken
}

/// Ends when the server gives no sign of life. A peer that is gone without a word closes no connection.
async fn fall_silent(mut sink: PubSubSink) -> Silence {
    loop {
        match timeout(HEARTBEAT_TIMEOUT, sink.ping::<redis::Value>()).await {
            Ok(Ok(_sign)) => sleep(HEARTBEAT).await,
            Ok(Err(_)) => return Silence::Broken,
            Err(_elapsed) => return Silence::Dead,
        }
    }
}
