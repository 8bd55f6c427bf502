//! What the tests share.

use std::sync::Mutex;
use std::time::Duration;

use adapters_redis::{Redis, RedisSettings};
use async_trait::async_trait;
use domain::access::standing::AccessChange;
use domain::id::{SessionId, UserId};
use domain::port::announcements::Announcements;
use domain::secret::Secret;
use redis::aio::MultiplexedConnection;
use test_support::redis_url;
use test_support::services::unique_suffix;
use tokio::time::{sleep, timeout};

/// A corner of a Redis that no other test touches.
pub(crate) struct Corner {
    pub(crate) url: String,
    pub(crate) prefix: String,
}

impl Corner {
    pub(crate) fn new() -> Self {
        Self::of(redis_url())
    }

    pub(crate) fn of(url: String) -> Self {
        let prefix = format!("{}:", unique_suffix());
        Self { url, prefix }
    }

    /// One more node.
    pub(crate) fn node(&self) -> Redis {
        // Patient, since the machine may be busy with other tests; those of faults are not.
        self.node_with(Duration::from_secs(5))
    }

    pub(crate) fn node_with(&self, timeout: Duration) -> Redis {
        let settings = RedisSettings {
            prefix: self.prefix.clone(),
            timeout,
            ..RedisSettings::at(Secret::new(self.url.clone()))
        };
        Redis::new(settings).unwrap()
    }

    /// A plain connection, to look behind the adapters.
    pub(crate) async fn raw(&self) -> MultiplexedConnection {
        let client = redis::Client::open(self.url.as_str()).unwrap();
        client.get_multiplexed_async_connection().await.unwrap()
    }

    pub(crate) fn key(&self, rest: &str) -> String {
        format!("{}{rest}", self.prefix)
    }
}

pub(crate) fn a_session_of_a_user() -> (SessionId, UserId) {
    let standing = test_support::actor().standing();
    (standing.session, standing.user)
}

/// Waits until the condition holds; fails after ten seconds.
pub(crate) async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !holds().await {
            sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(
        timeout(Duration::from_secs(10), waiting).await.is_ok(),
        "{what}: not within ten seconds"
    );
}

/// Writes down what it is told.
#[derive(Default)]
pub(crate) struct Heard(Mutex<Vec<AccessChange>>);

impl Heard {
    pub(crate) fn changes(&self) -> Vec<AccessChange> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait]
impl Announcements for Heard {
    async fn announce(&self, changes: &[AccessChange]) {
        self.0.lock().unwrap().extend_from_slice(changes);
    }
}
