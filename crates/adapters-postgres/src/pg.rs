//! The one way to the database: how an operation is run, measured, tried again, and its outcome told.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::result::Error as DieselError;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use domain::outage::{Dependency, Outage, StoreError};
use tokio::join;
use tokio::runtime::Handle;
use tokio::time::timeout;
use tracing::Instrument;

use crate::connect::{ConnectError, Target};
use crate::failure::{Failure, Fate, Never, outage};
use crate::pool::{Loan, Pool, PoolSettings};

/// How often an operation is begun before its failure counts.
const ATTEMPTS: u32 = 4;

/// The server gives up a statement after two seconds; if it has not said so a second later, it cannot be heard.
const DEADLINE: Duration = Duration::from_secs(3);

/// Postgres, shared by every adapter of this crate; cloning it costs a reference count.
#[derive(Clone)]
pub struct Pg {
    pool: Arc<Pool>,
    runtime: Handle,
}

/// A part of a transaction: an `async fn` that takes a connection and the value that it writes.
///
/// The connection is shared, so that independent statements can be sent together (`join!`) and cost one round trip.
pub(crate) trait Operation<'c, V: ?Sized + 'c, T, C>:
    FnOnce(&'c AsyncPgConnection, &'c V) -> Self::Run
{
    type Run: Future<Output = Result<T, Failure<C>>> + Send + 'c;
}

impl<'c, V: ?Sized + 'c, T, C, F, R> Operation<'c, V, T, C> for F
where
    F: FnOnce(&'c AsyncPgConnection, &'c V) -> R,
    R: Future<Output = Result<T, Failure<C>>> + Send + 'c,
{
    type Run = R;
}

impl Pg {
    /// Prepares the way to the database; nothing is opened yet, so this works while the database is away.
    ///
    /// Connections live on the runtime that calls this.
    ///
    /// # Errors
    /// [`ConnectError::Url`] for a URL that cannot be used.
    pub fn new(url: &str, settings: &PoolSettings) -> Result<Self, ConnectError> {
        let runtime = Handle::current();
        let pool = Pool::new(Target::parse(url)?, settings, runtime.clone());
        Ok(Self {
            pool: Arc::new(pool),
            runtime,
        })
    }

    /// Sets the gauges of the pool to what they are now; for whoever is asked for metrics.
    pub fn report(&self) {
        self.pool.report();
    }

    /// Runs a read; one whose connection breaks is run again on another.
    pub(crate) async fn read<V, T, O>(
        &self,
        query: &'static str,
        value: &V,
        operation: O,
    ) -> Result<T, Outage>
    where
        V: ?Sized + Sync,
        T: Send,
        O: for<'c> Operation<'c, V, T, Never> + Copy + Send + Sync,
    {
        let mut attempt = 1;
        loop {
            let failure = match self.once(query, value, operation).await? {
                Ok(result) => return Ok(result),
                Err(failure) => failure,
            };
            match failure.fate() {
                Fate::Contended | Fate::Lost if attempt < ATTEMPTS => attempt += 1,
                _ => return Err(outage(failure.into_answer())),
            }
        }
    }

    /// Runs a write of a single statement, which needs no transaction around it: it lands whole or not at all.
    ///
    /// When the connection breaks, it may have landed; such a write is not run again.
    pub(crate) async fn write_one<V, T, C, O>(
        &self,
        query: &'static str,
        value: &V,
        operation: O,
    ) -> Result<T, StoreError<C>>
    where
        V: ?Sized + Sync,
        T: Send,
        C: Send,
        O: for<'c> Operation<'c, V, T, C> + Copy + Send + Sync,
    {
        let mut attempt = 1;
        loop {
            let failure = match self.once(query, value, operation).await? {
                Ok(result) => return Ok(result),
                Err(failure) => failure,
            };
            match failure.fate() {
                Fate::Contended | Fate::Misplaced if attempt < ATTEMPTS => attempt += 1,
                Fate::Lost | Fate::Unheard => {
                    return Err(Outage::UnknownOutcome(Dependency::Postgres).into());
                }
                _ => return Err(failure.into_answer()),
            }
        }
    }

    /// Runs an operation outside a transaction, within the deadline and under its name.
    async fn once<V, T, C, O>(
        &self,
        query: &'static str,
        value: &V,
        operation: O,
    ) -> Result<Result<T, Failure<C>>, Outage>
    where
        V: ?Sized + Sync,
        O: for<'c> Operation<'c, V, T, C>,
    {
        let mut session = self.pool.borrow().await?;
        let started = Instant::now();
        let outcome = timeout(DEADLINE, operation(&session.wire, value)).await;
        metrics::histogram!("db_query_seconds", "query" => query).record(started.elapsed());
        let outcome = outcome.unwrap_or_else(|late| Err(Failure::Overdue(late)));
        session.spoiled = matches!(&outcome, Err(failure) if failure.fate() != Fate::Settled);
        Ok(outcome)
    }

    /// Runs a write in a transaction. It goes on when the caller has gone, so a client that hangs up never leaves
    /// a transaction open or half done.
    ///
    /// The values are plain, so a transaction that lost a race, or its connection before the commit, is run again.
    pub(crate) async fn write<V, T, C, O>(
        &self,
        query: &'static str,
        value: V,
        operation: O,
    ) -> Result<T, StoreError<C>>
    where
        V: Send + Sync + 'static,
        T: Send + 'static,
        C: Send + 'static,
        O: for<'c> Operation<'c, V, T, C> + Copy + Send + Sync + 'static,
    {
        let this = self.clone();
        let task = async move {
            let mut attempt = 1;
            loop {
                match this.attempt(query, &value, operation).await {
                    Err(Setback::TryAgain(_)) if attempt < ATTEMPTS => attempt += 1,
                    Err(Setback::TryAgain(error) | Setback::Final(error)) => return Err(error),
                    Ok(result) => return Ok(result),
                }
            }
        };
        // A task that ended without an answer panicked or was stopped with its runtime.
        self.runtime
            .spawn(task.in_current_span())
            .await
            .unwrap_or_else(|_| Err(Outage::UnknownOutcome(Dependency::Postgres).into()))
    }

    async fn attempt<V, T, C, O>(
        &self,
        query: &'static str,
        value: &V,
        operation: O,
    ) -> Result<T, Setback<C>>
    where
        O: for<'c> Operation<'c, V, T, C>,
    {
        let mut session = self
            .pool
            .borrow()
            .await
            .map_err(|outage| Setback::Final(outage.into()))?;
        let started = Instant::now();
        let result = transaction(&mut session, value, operation).await;
        metrics::histogram!("db_query_seconds", "query" => query).record(started.elapsed());
        result
    }
}

/// Why a transaction was not committed.
enum Setback<C> {
    /// Nothing was written, and another attempt may succeed.
    TryAgain(StoreError<C>),
    /// This is the answer.
    Final(StoreError<C>),
}

impl<C> Setback<C> {
    fn of(failure: Failure<C>) -> Self {
        match failure.fate() {
            Fate::Contended | Fate::Misplaced | Fate::Lost => Self::TryAgain(failure.into_answer()),
            Fate::Unheard | Fate::Settled => Self::Final(failure.into_answer()),
        }
    }
}

/// One transaction: `BEGIN` travels with the first statements, so a write costs two round trips, not three.
async fn transaction<V, T, C, O>(
    session: &mut Loan<'_>,
    value: &V,
    operation: O,
) -> Result<T, Setback<C>>
where
    O: for<'c> Operation<'c, V, T, C>,
{
    session.spoiled = true;
    let wire = &session.wire;
    let body = async {
        let (begun, done) = join!(biased; say(wire, "BEGIN"), operation(wire, value));
        begun?;
        done
    };
    let failure = match timeout(DEADLINE, body)
        .await
        .unwrap_or_else(|late| Err(Failure::Overdue(late)))
    {
        Ok(written) => return commit(session).await.map(|()| written),
        Err(failure) => failure,
    };
    if matches!(failure.fate(), Fate::Contended | Fate::Settled) {
        let undone = timeout(DEADLINE, say(&session.wire, "ROLLBACK")).await;
        session.spoiled = !matches!(undone, Ok(Ok(())));
    }
    Err(Setback::of(failure))
}

async fn commit<C>(session: &mut Loan<'_>) -> Result<(), Setback<C>> {
    let committed = timeout(DEADLINE, say(&session.wire, "COMMIT")).await;
    let failure = match committed {
        Ok(Ok(())) => {
            session.spoiled = false;
            return Ok(());
        }
        Ok(Err(error)) => Failure::Database(error),
        Err(late) => Failure::Overdue(late),
    };
    match failure.fate() {
        // Sent and not answered: it may have landed, and running it again could double it.
        Fate::Lost | Fate::Unheard => Err(Setback::Final(
            Outage::UnknownOutcome(Dependency::Postgres).into(),
        )),
        _ => Err(Setback::of(failure)),
    }
}

async fn say(mut wire: &AsyncPgConnection, sql: &str) -> Result<(), DieselError> {
    wire.batch_execute(sql).await
}

/// The answer of a write without conflicts.
pub(crate) fn no_conflict<T>(result: Result<T, StoreError<Never>>) -> Result<T, Outage> {
    result.map_err(outage)
}
