//! What went wrong, and what it says about the connection.

use std::io;

use domain::outage::{Dependency, Outage};
use redis::{RedisError, ServerErrorKind};

/// Whether the failure is one of the connection or of the server behind it, not of this one command. Such a
/// connection is not used again: after a failover the old primary goes on answering `READONLY` for ever.
pub(crate) fn is_lost(error: &RedisError) -> bool {
    error.is_io_error() || error.is_unrecoverable_error() || is_unfit(error)
}

fn is_unfit(error: &RedisError) -> bool {
    // Inside of a pipeline the errors of the server are listed, and the error itself has no kind.
    let errors = error.clone().into_server_errors();
    errors.is_some_and(|errors| {
        errors.iter().any(|(_, error)| {
            matches!(
                error.kind(),
                Some(
                    ServerErrorKind::ReadOnly
                        | ServerErrorKind::BusyLoading
                        | ServerErrorKind::ClusterDown
                        | ServerErrorKind::MasterDown
                )
            )
        })
    })
}

/// No answer came in time.
pub(crate) fn late() -> RedisError {
    io::Error::new(io::ErrorKind::TimedOut, "no answer in time").into()
}

/// The task that opens connections was stopped.
pub(crate) fn stopped(error: tokio::task::JoinError) -> RedisError {
    io::Error::other(error).into()
}

pub(crate) fn unavailable(error: RedisError) -> Outage {
    Outage::unavailable(Dependency::Redis, error)
}

/// What is stored is not what this crate stores.
pub(crate) fn inconsistent(what: &'static str, detail: impl Into<String>) -> Outage {
    Outage::Inconsistent {
        what,
        detail: detail.into(),
    }
}
