//! The one way to Redis: how a command is run, measured and given up.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::outage::{Dependency, Outage};
use domain::port::probe::Probe;
use redis::aio::MultiplexedConnection;
use redis::{Client, RedisResult};
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout};

use crate::breaker::Breaker;
use crate::failure::{is_lost, late, unavailable};
use crate::keys::Keys;
use crate::line::Line;
use crate::pool::Pool;
use crate::settings::{RedisSettings, RedisUrlError, parse};

/// Redis, shared by every adapter of this crate; cloning it costs a reference count.
#[derive(Clone)]
pub struct Redis(Arc<Link>);

struct Link {
    keys: Keys,
    client: Client,
    line: Line,
    pool: Pool,
    breaker: Breaker,
    timeout: Duration,
}

/// Why nothing was asked.
#[derive(Debug, thiserror::Error)]
#[error("Redis did not answer lately and is not asked for a while")]
struct BreakerOpen;

impl Redis {
    /// Prepares the way to Redis; nothing is opened yet, so this works while Redis is away.
    ///
    /// Connections live on the runtime that calls this. For `rediss://` the process has installed a rustls provider.
    ///
    /// # Errors
    /// [`RedisUrlError`] for a URL that cannot be used.
    pub fn new(settings: RedisSettings) -> Result<Self, RedisUrlError> {
        let RedisSettings {
            url,
            prefix,
            pool_max,
            timeout,
        } = settings;
        let runtime = Handle::current();
        let info = parse(&url)?;
        let client = Client::open(info.clone()).map_err(RedisUrlError::Malformed)?;
        let pool = Pool::new(info, pool_max, timeout, runtime.clone())
            .map_err(RedisUrlError::Malformed)?;
        Ok(Self(Arc::new(Link {
            keys: Keys::new(prefix),
            line: Line::new(client.clone(), runtime),
            client,
            pool,
            breaker: Breaker::new(),
            timeout,
        })))
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.0.keys
    }

    pub(crate) fn client(&self) -> &Client {
        &self.0.client
    }

    /// Runs a command of a hot path, on the connection that all of them share.
    pub(crate) async fn hot<T, F>(
        &self,
        command: &'static str,
        act: impl FnOnce(MultiplexedConnection) -> F,
    ) -> Result<T, Outage>
    where
        F: Future<Output = RedisResult<T>>,
    {
        self.0.run(command, self.0.line.run(act)).await
    }

    /// Runs any other command, on a connection of the pool.
    pub(crate) async fn pooled<T, F>(
        &self,
        command: &'static str,
        act: impl FnOnce(MultiplexedConnection) -> F,
    ) -> Result<T, Outage>
    where
        F: Future<Output = RedisResult<T>>,
    {
        self.0.run(command, self.0.pool.run(act)).await
    }
}

impl Link {
    async fn run<T>(
        &self,
        command: &'static str,
        work: impl Future<Output = RedisResult<T>>,
    ) -> Result<T, Outage> {
        let Some(pass) = self.breaker.admit() else {
            metrics::counter!("redis_failures_total", "command" => command).increment(1);
            return Err(Outage::unavailable(Dependency::Redis, BreakerOpen));
        };
        let begun = Instant::now();
        let outcome = timeout(self.timeout, work)
            .await
            .unwrap_or_else(|_elapsed| Err(late()));
        metrics::histogram!("redis_command_seconds", "command" => command).record(begun.elapsed());
        let error = match outcome {
            Ok(answer) => {
                pass.succeeded();
                return Ok(answer);
            }
            Err(error) => error,
        };
        metrics::counter!("redis_failures_total", "command" => command).increment(1);
        if !is_lost(&error) {
            pass.succeeded();
        } else if pass.failed() {
            // A connection on which answers stay out may have a dead peer.
            self.line.discard_open();
        }
        Err(unavailable(error))
    }
}

#[async_trait]
impl Probe for Redis {
    fn dependency(&self) -> Dependency {
        Dependency::Redis
    }

    async fn check(&self) -> Result<(), Outage> {
        self.pooled("ping", async |mut connection| {
            redis::cmd("PING").exec_async(&mut connection).await
        })
        .await
    }
}
