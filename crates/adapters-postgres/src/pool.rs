//! The pool of connections: how each is made, when one is thrown away, and how long anybody waits for one.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bb8::{ErrorSink, ManageConnection, QueueStrategy, RunError};
use diesel_async::pooled_connection::PoolableConnection;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use domain::outage::{Dependency, Outage};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::time::timeout;

use crate::connect::{ConnectError, Target};

/// What every connection of the server is told once. The role may add to the audit log and read it, nothing
/// else there; the limits keep one statement from holding up the rest. Every statement has a text of its own for every
/// combination of filters, so one plan fits all its values: planning a list anew took four times as long as running it.
const SETTINGS: &str = "SET ROLE scripthub_app; SET statement_timeout = '2s'; SET lock_timeout = '1s'; \
    SET idle_in_transaction_session_timeout = '5s'; SET plan_cache_mode = force_generic_plan";

/// How large the pool is, and how long it waits.
#[derive(Debug, Clone)]
pub struct PoolSettings {
    /// The most connections that are open at a time.
    pub max_connections: u32,
    /// How long a request waits for a free one.
    pub acquire_timeout: Duration,
    /// How long an unused one stays open.
    pub idle_timeout: Duration,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            max_connections: 20,
            acquire_timeout: Duration::from_secs(2),
            idle_timeout: Duration::from_secs(30),
        }
    }
}

/// One connection and whether it may be used again.
pub(crate) struct Session {
    pub(crate) wire: AsyncPgConnection,
    /// Set while a transaction is open or an answer is overdue: such a connection is closed, not reused,
    /// and the server rolls back what it had begun.
    pub(crate) spoiled: bool,
}

/// A session on loan; it returns to the pool by itself, and then lets the next in line have its turn.
pub(crate) struct Loan<'p> {
    session: bb8::PooledConnection<'p, Opener>,
    _turn: SemaphorePermit<'p>,
}

impl Deref for Loan<'_> {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

impl DerefMut for Loan<'_> {
    fn deref_mut(&mut self) -> &mut Session {
        &mut self.session
    }
}

/// Opens and judges sessions.
pub(crate) struct Opener {
    target: Target,
    runtime: Handle,
}

impl ManageConnection for Opener {
    type Connection = Session;
    type Error = Arc<ConnectError>;

    async fn connect(&self) -> Result<Session, Self::Error> {
        let target = self.target.clone();
        // The task that drives the connection must live as long as the pool, so it is started on the pool's
        // runtime and not on that of whichever request happened to need one more.
        let opening = self.runtime.spawn(async move {
            let mut wire = target.open().await?;
            wire.batch_execute(SETTINGS)
                .await
                .map_err(|error| ConnectError::Refused(Box::new(error)))?;
            Ok(Session {
                wire,
                spoiled: false,
            })
        });
        match opening.await {
            Ok(opened) => opened.map_err(Arc::new),
            Err(stopped) => Err(Arc::new(ConnectError::Refused(Box::new(stopped)))),
        }
    }

    /// Costs no round trip: it only sorts out the connections whose end we have been told of.
    async fn is_valid(&self, session: &mut Session) -> Result<(), Self::Error> {
        if session.wire.is_broken() {
            Err(Arc::new(ConnectError::Closed))
        } else {
            Ok(())
        }
    }

    fn has_broken(&self, session: &mut Session) -> bool {
        session.spoiled || session.wire.is_broken()
    }
}

/// A connection attempt that failed.
type Refusal = Option<(Instant, Arc<ConnectError>)>;

#[derive(Debug, Clone)]
struct Refusals(Arc<watch::Sender<Refusal>>);

impl ErrorSink<Arc<ConnectError>> for Refusals {
    fn sink(&self, error: Arc<ConnectError>) {
        if matches!(*error, ConnectError::Closed) {
            tracing::debug!("a connection was closed by the server while it was unused");
            return;
        }
        metrics::counter!("db_connect_failures_total").increment(1);
        self.0.send_replace(Some((Instant::now(), error)));
    }

    fn boxed_clone(&self) -> Box<dyn ErrorSink<Arc<ConnectError>>> {
        Box::new(self.clone())
    }
}

/// The pool, and the last reason why it could not grow.
pub(crate) struct Pool {
    sessions: bb8::Pool<Opener>,
    /// One turn a session, first come, first served. bb8 alone lets whoever comes in the right moment overtake those who wait,
    /// and sends who was overtaken to the end of the line: under full load a few requests would wait for ever.
    turns: Semaphore,
    acquire_timeout: Duration,
    refusals: watch::Receiver<Refusal>,
}

impl Pool {
    /// Opens nothing yet: a server may start while its database is away.
    pub(crate) fn new(target: Target, settings: &PoolSettings, runtime: Handle) -> Self {
        let (sender, refusals) = watch::channel(None);
        let max_connections = settings.max_connections.max(1);
        let sessions = bb8::Pool::builder()
            .max_size(max_connections)
            .connection_timeout(settings.acquire_timeout)
            .idle_timeout(settings.idle_timeout)
            // The same few stay busy, with their prepared statements; the rest can go.
            .queue_strategy(QueueStrategy::Lifo)
            .test_on_check_out(true)
            .retry_connection(false)
            .error_sink(Box::new(Refusals(Arc::new(sender))))
            .build_unchecked(Opener { target, runtime });
        Self {
            sessions,
            turns: Semaphore::new(usize::try_from(max_connections).unwrap_or(usize::MAX)),
            acquire_timeout: settings.acquire_timeout,
            refusals,
        }
    }

    /// Borrows a session; fails at once when the server turns us away and there is nothing to wait for.
    pub(crate) async fn borrow(&self) -> Result<Loan<'_>, Outage> {
        let asked = Instant::now();
        let borrowed = tokio::select! {
            biased;
            borrowed = timeout(self.acquire_timeout, self.take_turn()) => borrowed.unwrap_or(Err(RunError::TimedOut)),
            error = self.hopeless_since(asked) => return Err(unavailable(error)),
        };
        metrics::histogram!("db_pool_wait_seconds").record(asked.elapsed());
        borrowed.map_err(|error| match error {
            RunError::User(error) => unavailable(error),
            RunError::TimedOut => match &*self.refusals.borrow() {
                Some((at, error)) if *at >= asked => unavailable(Arc::clone(error)),
                _ => Outage::Overloaded(Dependency::Postgres),
            },
        })
    }

    async fn take_turn(&self) -> Result<Loan<'_>, RunError<Arc<ConnectError>>> {
        let Ok(turn) = self.turns.acquire().await else {
            unreachable!("nothing closes the semaphore");
        };
        let session = self.sessions.get().await?;
        Ok(Loan {
            session,
            _turn: turn,
        })
    }

    /// Ends when a connection attempt has failed since `asked` and no connection is left to wait for.
    async fn hopeless_since(&self, asked: Instant) -> Arc<ConnectError> {
        let mut refusals = self.refusals.clone();
        loop {
            let refusal = refusals.borrow_and_update().clone();
            match refusal {
                Some((at, error)) if at >= asked && self.sessions.state().connections == 0 => {
                    return error;
                }
                _ => {}
            }
            if refusals.changed().await.is_err() {
                // The pool is gone; whoever waits for it hears so from there.
                std::future::pending::<()>().await;
            }
        }
    }

    /// Sets the gauges of the pool to what they are now.
    pub(crate) fn report(&self) {
        let state = self.sessions.state();
        let busy = state.connections.saturating_sub(state.idle_connections);
        metrics::gauge!("db_pool_connections", "state" => "idle").set(state.idle_connections);
        metrics::gauge!("db_pool_connections", "state" => "busy").set(busy);
    }
}

fn unavailable(error: Arc<ConnectError>) -> Outage {
    Outage::unavailable(Dependency::Postgres, error)
}
