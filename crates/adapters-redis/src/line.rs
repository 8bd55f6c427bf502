//! The one connection of the hot paths, shared by all requests.
//!
//! Requests on one multiplexed connection are several times faster than a pool. The connection manager of the redis
//! crate is not used here, since it keeps connections that answer `READONLY` or nothing at all, and reconnects on the
//! runtime of whichever request has met the failure.

use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use redis::aio::MultiplexedConnection;
use redis::{Client, RedisResult};
use tokio::runtime::Handle;

use crate::failure::{is_lost, stopped};

type Opening = Shared<BoxFuture<'static, RedisResult<MultiplexedConnection>>>;

/// A connection that is opened by its first user, and again after it was discarded.
pub(crate) struct Line {
    client: Client,
    runtime: Handle,
    current: Mutex<Option<Opening>>,
}

impl Line {
    /// Opens nothing yet.
    pub(crate) const fn new(client: Client, runtime: Handle) -> Self {
        Self {
            client,
            runtime,
            current: Mutex::new(None),
        }
    }

    /// Runs a command; a connection that fails is discarded. Opening goes on when the caller gives up, for the next one.
    pub(crate) async fn run<T, F>(
        &self,
        act: impl FnOnce(MultiplexedConnection) -> F,
    ) -> RedisResult<T>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let opening = self.opening();
        let outcome = match opening.clone().await {
            Ok(connection) => act(connection).await,
            Err(error) => Err(error),
        };
        if outcome.as_ref().is_err_and(is_lost) {
            self.discard(|current| current.ptr_eq(&opening));
        }
        outcome
    }

    /// Discards the connection, since nothing comes back on it; one that is being opened may still come up.
    pub(crate) fn discard_open(&self) {
        self.discard(|current| current.peek().is_some());
    }

    fn opening(&self) -> Opening {
        self.lock()
            .get_or_insert_with(|| {
                let client = self.client.clone();
                // What drives the connection must live on, whatever becomes of the request that needed it first.
                let task = self
                    .runtime
                    .spawn(async move { client.get_multiplexed_async_connection().await });
                async move { task.await.map_err(stopped)? }.boxed().shared()
            })
            .clone()
    }

    fn discard(&self, is_spoilt: impl FnOnce(&Opening) -> bool) {
        let mut current = self.lock();
        if current.as_ref().is_some_and(is_spoilt) {
            *current = None;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Opening>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
