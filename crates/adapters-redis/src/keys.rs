//! The names of everything that is kept in Redis; no other file has one.

use domain::id::{SessionId, UserId};
use domain::limit::quota::LimitClass;

/// Makes names, each with the prefix of the settings.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    prefix: String,
}

impl Keys {
    pub(crate) const fn new(prefix: String) -> Self {
        Self { prefix }
    }

    /// A hash: the rotation state of a session.
    pub(crate) fn session(&self, session: SessionId) -> String {
        format!("{}session:{session}", self.prefix)
    }

    /// JSON: that a session lives, and whose it is.
    pub(crate) fn liveness(&self, session: SessionId) -> String {
        format!("{}session:{session}:standing", self.prefix)
    }

    /// JSON: the rights of a person.
    pub(crate) fn rights(&self, user: UserId) -> String {
        format!("{}user:{user}:permissions", self.prefix)
    }

    /// A hash: the acts of a subject, by slot of the sliding window.
    pub(crate) fn limit(&self, class: LimitClass, subject: &str) -> String {
        format!("{}limit:{}:{subject}", self.prefix, class.name())
    }

    /// The channel of access changes.
    pub(crate) fn access(&self) -> String {
        format!("{}access", self.prefix)
    }
}
