//! What a port answers when it could not do its work.

use std::error::Error;
use std::fmt;

/// The cause of an outage, kept for the log and never shown to a client.
pub type BoxError = Box<dyn Error + Send + Sync + 'static>;

/// The part of the platform that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dependency {
    /// The durable truth.
    Postgres,
    /// Hot state, limits and push.
    Redis,
    /// The outgoing mail server or folder.
    Mail,
    /// The bounded pool that hashes passwords.
    PasswordHashing,
    /// The folder or the bucket of uploaded objects.
    Storage,
    /// The bounded pool that reads and draws pictures.
    Pictures,
}

impl Dependency {
    /// The name used in metrics, logs and `/health/ready`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Redis => "redis",
            Self::Mail => "mail",
            Self::PasswordHashing => "password_hashing",
            Self::Storage => "storage",
            Self::Pictures => "pictures",
        }
    }
}

impl fmt::Display for Dependency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A port could not do its work; nothing in here is the caller's fault.
#[derive(Debug, thiserror::Error)]
pub enum Outage {
    /// The dependency did not answer, or not in time. Nothing was written.
    #[error("{dependency} is unavailable")]
    Unavailable {
        /// Who failed.
        dependency: Dependency,
        /// Why, for the log.
        #[source]
        source: BoxError,
    },
    /// The dependency works, but has more to do than it can; coming back a little later helps.
    #[error("{0} is overloaded")]
    Overloaded(Dependency),
    /// The connection broke while a write was being committed: it may have landed or not.
    #[error("the outcome of a write to {0} is unknown")]
    UnknownOutcome(Dependency),
    /// Stored data contradicts a rule of the domain.
    #[error("stored {what} is inconsistent: {detail}")]
    Inconsistent {
        /// Table and column, or key.
        what: &'static str,
        /// What was found, without personal data.
        detail: String,
    },
}

impl Outage {
    /// An [`Outage::Unavailable`] with its cause.
    pub fn unavailable(dependency: Dependency, source: impl Into<BoxError>) -> Self {
        Self::Unavailable {
            dependency,
            source: source.into(),
        }
    }
}

/// Why a write did not happen: a conflict that the caller can act on, or an outage.
#[derive(Debug, thiserror::Error)]
pub enum StoreError<C> {
    /// A rule that only the store can check was broken. Nothing was written.
    #[error("conflict: {0:?}")]
    Conflict(C),
    /// The store could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}
