//! The pool of connections for everything but the hot paths.

use std::time::Duration;

use bb8::{ManageConnection, RunError};
use bb8_redis::RedisConnectionManager;
use redis::aio::MultiplexedConnection;
use redis::{ConnectionInfo, RedisError, RedisResult};
use tokio::runtime::Handle;

use crate::failure::{is_lost, late, stopped};

/// The pool of bb8-redis. Its manager never says that a connection is broken, so this says it.
pub(crate) struct Pool(bb8::Pool<Opener>);

struct Opener {
    manager: RedisConnectionManager,
    runtime: Handle,
}

struct Pooled {
    wire: MultiplexedConnection,
    /// Set while an answer is overdue: a connection that was given up on is closed, not used again.
    spoilt: bool,
}

impl ManageConnection for Opener {
    type Connection = Pooled;
    type Error = RedisError;

    async fn connect(&self) -> RedisResult<Pooled> {
        let manager = self.manager.clone();
        // What drives the connection must live as long as the pool, not as the request that needed one more.
        let opening = self.runtime.spawn(async move { manager.connect().await });
        let wire = opening.await.map_err(stopped)??;
        Ok(Pooled {
            wire,
            spoilt: false,
        })
    }

    async fn is_valid(&self, pooled: &mut Pooled) -> RedisResult<()> {
        pooled.spoilt = true;
        self.manager.is_valid(&mut pooled.wire).await?;
        pooled.spoilt = false;
        Ok(())
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        pooled.spoilt
    }
}

impl Pool {
    /// Opens nothing yet.
    pub(crate) fn new(
        info: ConnectionInfo,
        max: u32,
        timeout: Duration,
        runtime: Handle,
    ) -> RedisResult<Self> {
        let manager = RedisConnectionManager::new(info)?;
        let pool = bb8::Pool::builder()
            .max_size(max.max(1))
            .connection_timeout(timeout)
            .test_on_check_out(true)
            .retry_connection(false)
            .build_unchecked(Opener { manager, runtime });
        Ok(Self(pool))
    }

    /// Runs a command on a connection of the pool; one that fails is closed.
    pub(crate) async fn run<T, F>(
        &self,
        act: impl FnOnce(MultiplexedConnection) -> F,
    ) -> RedisResult<T>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let mut loan = self.0.get().await.map_err(|error| match error {
            RunError::User(error) => error,
            RunError::TimedOut => late(),
        })?;
        loan.spoilt = true;
        let outcome = act(loan.wire.clone()).await;
        loan.spoilt = outcome.as_ref().is_err_and(is_lost);
        outcome
    }
}
