//! From what the database said to what a port answers, in one place.

use std::convert::Infallible;

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use domain::outage::{Dependency, Outage, StoreError};
use tokio::time::error::Elapsed;

/// The conflicts of an operation that has none.
pub(crate) type Never = Infallible;

/// Why an operation on a connection did not succeed.
#[derive(Debug)]
pub(crate) enum Failure<C = Never> {
    /// A rule that only the store can check was broken.
    Conflict(C),
    /// What is stored contradicts a rule of the domain.
    Damaged(Damage),
    /// The database refused or was not there.
    Database(DieselError),
    /// The database did not answer in time.
    Overdue(Elapsed),
}

/// Stored data that cannot be what it should be.
#[derive(Debug)]
pub(crate) struct Damage {
    what: &'static str,
    detail: String,
}

impl Damage {
    /// `what` is table and column; `detail` holds no personal data.
    pub(crate) fn new(what: &'static str, detail: impl Into<String>) -> Self {
        Self {
            what,
            detail: detail.into(),
        }
    }
}

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.what, self.detail)
    }
}

impl<C> From<DieselError> for Failure<C> {
    fn from(error: DieselError) -> Self {
        Self::Database(error)
    }
}

impl<C> From<Damage> for Failure<C> {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}

/// What a failure means for trying again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The server rolled back in favour of somebody else: the same values may well succeed now.
    Contended,
    /// The server takes no writes: it was demoted, and only a new connection finds the new primary.
    Misplaced,
    /// The connection is gone, and with it whatever was not committed.
    Lost,
    /// Nobody answered; what was asked may happen yet.
    Unheard,
    /// Trying again would end the same way.
    Settled,
}

impl<C> Failure<C> {
    /// What this failure means for trying again.
    pub(crate) fn fate(&self) -> Fate {
        let error = match self {
            Self::Database(error) => error,
            Self::Overdue(_) => return Fate::Unheard,
            Self::Conflict(_) | Self::Damaged(_) => return Fate::Settled,
        };
        match error {
            DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => {
                Fate::Contended
            }
            DieselError::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _) => {
                Fate::Misplaced
            }
            DieselError::DatabaseError(
                DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection,
                _,
            )
            | DieselError::BrokenTransactionManager => Fate::Lost,
            // diesel has no kinds for these two and hides the code: 40P01, and 57P01 to 57P03.
            DieselError::DatabaseError(_, told) if told.message() == "deadlock detected" => {
                Fate::Contended
            }
            DieselError::DatabaseError(_, told)
                if told.message().starts_with("terminating connection") =>
            {
                Fate::Lost
            }
            _ => Fate::Settled,
        }
    }

    /// The same failure with its conflict told in the words of another port.
    pub(crate) fn map_conflict<D>(self, tell: impl FnOnce(C) -> D) -> Failure<D> {
        match self {
            Self::Conflict(conflict) => Failure::Conflict(tell(conflict)),
            Self::Damaged(damage) => Failure::Damaged(damage),
            Self::Database(error) => Failure::Database(error),
            Self::Overdue(late) => Failure::Overdue(late),
        }
    }

    /// What the port answers.
    pub(crate) fn into_answer(self) -> StoreError<C> {
        match self {
            Self::Conflict(conflict) => StoreError::Conflict(conflict),
            Self::Damaged(Damage { what, detail }) => Outage::Inconsistent { what, detail }.into(),
            Self::Database(error) => Outage::unavailable(Dependency::Postgres, error).into(),
            Self::Overdue(late) => Outage::unavailable(Dependency::Postgres, late).into(),
        }
    }
}

/// The answer of an operation without conflicts.
pub(crate) fn outage(error: StoreError<Never>) -> Outage {
    match error {
        StoreError::Outage(outage) => outage,
        StoreError::Conflict(never) => match never {},
    }
}

/// Turns a violated constraint into the conflict that the caller can act on.
pub(crate) trait OnUnique<T, C> {
    /// A violation of the unique constraint of this name is this conflict; everything else stays what it was.
    fn on_unique(self, constraint: &str, conflict: C) -> Result<T, Failure<C>>;
}

impl<T, C, E> OnUnique<T, C> for Result<T, E>
where
    Failure<C>: From<E>,
{
    fn on_unique(self, constraint: &str, conflict: C) -> Result<T, Failure<C>> {
        self.map_err(|error| match Failure::from(error) {
            Failure::Database(DieselError::DatabaseError(
                DatabaseErrorKind::UniqueViolation,
                told,
            )) if told.constraint_name() == Some(constraint) => Failure::Conflict(conflict),
            other => other,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(kind: DatabaseErrorKind, message: &str) -> Failure {
        Failure::Database(DieselError::DatabaseError(
            kind,
            Box::new(message.to_owned()),
        ))
    }

    #[test]
    fn only_what_may_end_otherwise_is_tried_again() {
        let cases = [
            (
                DatabaseErrorKind::SerializationFailure,
                "could not serialize access",
                Fate::Contended,
            ),
            (
                DatabaseErrorKind::Unknown,
                "deadlock detected",
                Fate::Contended,
            ),
            (
                DatabaseErrorKind::UnableToSendCommand,
                "connection closed",
                Fate::Lost,
            ),
            (
                DatabaseErrorKind::Unknown,
                "terminating connection due to administrator command",
                Fate::Lost,
            ),
            (
                DatabaseErrorKind::Unknown,
                "canceling statement due to statement timeout",
                Fate::Settled,
            ),
            (
                DatabaseErrorKind::UniqueViolation,
                "duplicate key",
                Fate::Settled,
            ),
        ];
        for (kind, message, fate) in cases {
            assert_eq!(failure(kind, message).fate(), fate, "{message}");
        }
    }

    #[test]
    fn a_violation_without_a_known_name_stays_an_outage() {
        let violated: Result<(), Failure<u8>> = Err(Failure::Database(DieselError::DatabaseError(
            DatabaseErrorKind::UniqueViolation,
            Box::new("other".to_owned()),
        )));
        assert!(matches!(
            violated.on_unique("users_email_key", 1),
            Err(Failure::Database(_))
        ));
    }
}
