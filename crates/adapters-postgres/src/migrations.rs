//! Bringing a database to the schema of this program, and back.
//!
//! The steps are the folders of `migrations/`, embedded at build time. Each runs in its own transaction,
//! under a lock time-out of two seconds, so that a step that cannot get its lock gives up instead of
//! making every writer queue behind it. One advisory lock lets one migrator work at a time.

use std::time::Duration;

use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::pg::Pg;
use diesel::result::Error as DieselError;
use diesel::{RunQueryDsl, sql_query};
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::connect::{ConnectError, Target};

const STEPS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// "scripthb" in ASCII: any number will do, as long as every migrator takes the same.
const ADVISORY_LOCK: i64 = 0x7363_7269_7074_6862;

/// How long a migrator waits for another one to finish.
const PATIENCE: Duration = Duration::from_mins(1);

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Blocking = AsyncConnectionWrapper<AsyncPgConnection>;
type Step = Box<dyn Migration<Pg>>;

/// Why the schema is not where it was asked to be; whatever was not reported done has not happened.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// There is no connection to work on.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// Somebody else is migrating this database, and did not finish in a minute.
    #[error(
        "another migration of this database has been running for a minute; try again when it is done"
    )]
    Busy,
    /// A step failed and was rolled back; the steps before it stand.
    #[error("migration {name} failed and was rolled back: {source}")]
    Failed {
        /// The folder of the step.
        name: String,
        /// What the database said.
        source: BoxError,
    },
    /// The newest applied step is not one of ours: this program is older than the database.
    #[error(
        "the database has the migration {0}, which this program does not know: it is older than the schema"
    )]
    Unknown(String),
    /// Asked to revert, and there is nothing to revert.
    #[error("no migration is applied")]
    NothingApplied,
    /// The bookkeeping around the steps failed.
    #[error("the migrations of the database cannot be read")]
    Bookkeeping(#[source] BoxError),
}

/// One step, and whether this database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    /// The folder's name, or the bare version of a step that this program does not know.
    pub name: String,
    /// Whether it has been applied.
    pub applied: bool,
}

/// Applies every step that is missing, oldest first, and answers their names.
///
/// Waits for another migrator to finish, so that any number of nodes may start at once.
///
/// # Errors
/// [`MigrationError::Failed`] for the first step that fails; the steps before it stand.
pub async fn run_pending(url: &str) -> Result<Vec<String>, MigrationError> {
    locked(url, |session| {
        let pending = session
            .pending_migrations(STEPS)
            .map_err(MigrationError::Bookkeeping)?;
        pending.iter().map(|step| apply(session, step)).collect()
    })
    .await
}

/// Reverts the newest step and answers its name.
///
/// # Errors
/// [`MigrationError::NothingApplied`] on an empty database, [`MigrationError::Unknown`] if the newest step is not ours.
pub async fn revert_last(url: &str) -> Result<String, MigrationError> {
    locked(url, |session| {
        let step = newest(session)?;
        revert(session, &step)
    })
    .await
}

/// Reverts the newest step, applies it again, and answers its name.
///
/// # Errors
/// As [`revert_last`]; when the second half fails, the step stays reverted.
pub async fn redo_last(url: &str) -> Result<String, MigrationError> {
    locked(url, |session| {
        let step = newest(session)?;
        revert(session, &step)?;
        apply(session, &step)
    })
    .await
}

/// Every step in order, with what this database has; steps that only the database knows come last.
///
/// # Errors
/// When the database cannot be reached or read.
pub async fn status(url: &str) -> Result<Vec<MigrationState>, MigrationError> {
    locked(url, |session| {
        let mut applied = session
            .applied_migrations()
            .map_err(MigrationError::Bookkeeping)?;
        let mut states = Vec::new();
        for step in steps()? {
            let version = step.name().version();
            let known = applied.len();
            applied.retain(|other| *other != version);
            states.push(MigrationState {
                name: step.name().to_string(),
                applied: applied.len() < known,
            });
        }
        applied.reverse();
        states.extend(applied.iter().map(|version| MigrationState {
            name: version.to_string(),
            applied: true,
        }));
        Ok(states)
    })
    .await
}

/// Runs blocking work on a connection of its own that holds the advisory lock.
///
/// diesel's migrations are synchronous; on a thread of the blocking pool they may wait, whatever kind of
/// runtime called us. The lock ends with the connection, also when the process is killed.
async fn locked<T: Send + 'static>(
    url: &str,
    work: impl FnOnce(&mut Blocking) -> Result<T, MigrationError> + Send + 'static,
) -> Result<T, MigrationError> {
    let connection = Target::parse(url)?.open().await?;
    let task = tokio::task::spawn_blocking(move || {
        let mut session = Blocking::from(connection);
        lock(&mut session)?;
        work(&mut session)
    });
    task.await
        .map_err(|panic| MigrationError::Bookkeeping(Box::new(panic)))?
}

fn lock(session: &mut Blocking) -> Result<(), MigrationError> {
    let mut say = |sql: String| sql_query(sql).execute(session).map(drop);
    say("SET client_min_messages = warning".to_owned()).map_err(bookkeeping)?;
    say(format!("SET lock_timeout = {}", PATIENCE.as_millis())).map_err(bookkeeping)?;
    say(format!("SELECT pg_advisory_lock({ADVISORY_LOCK})")).map_err(|error| match &error {
        DieselError::DatabaseError(_, told) if told.message().contains("lock timeout") => {
            MigrationError::Busy
        }
        _ => bookkeeping(error),
    })?;
    say("SET lock_timeout = '2s'".to_owned()).map_err(bookkeeping)
}

fn bookkeeping(error: DieselError) -> MigrationError {
    MigrationError::Bookkeeping(Box::new(error))
}

fn steps() -> Result<Vec<Step>, MigrationError> {
    let mut steps: Vec<Step> = STEPS.migrations().map_err(MigrationError::Bookkeeping)?;
    steps.sort_by(|a, b| a.name().version().cmp(&b.name().version()));
    Ok(steps)
}

fn newest(session: &mut Blocking) -> Result<Step, MigrationError> {
    let applied = session
        .applied_migrations()
        .map_err(MigrationError::Bookkeeping)?;
    let newest: &MigrationVersion<'_> = applied.first().ok_or(MigrationError::NothingApplied)?;
    steps()?
        .into_iter()
        .find(|step| step.name().version() == *newest)
        .ok_or_else(|| MigrationError::Unknown(newest.to_string()))
}

fn apply(session: &mut Blocking, step: &Step) -> Result<String, MigrationError> {
    let name = step.name().to_string();
    session
        .run_migration(step)
        .map_err(|source| failed(&name, source))?;
    Ok(name)
}

fn revert(session: &mut Blocking, step: &Step) -> Result<String, MigrationError> {
    let name = step.name().to_string();
    session
        .revert_migration(step)
        .map_err(|source| failed(&name, source))?;
    Ok(name)
}

fn failed(name: &str, source: BoxError) -> MigrationError {
    MigrationError::Failed {
        name: name.to_owned(),
        source,
    }
}
