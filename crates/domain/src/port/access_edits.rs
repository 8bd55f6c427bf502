//! Changing who may do what.

use async_trait::async_trait;

use crate::access::edit::{AccessConflict, AccessDecision};
use crate::access::impact::Impact;
use crate::access::standing::{AccessChange, AccessEpoch};
use crate::journal::Journal;
use crate::outage::{Outage, StoreError};

/// Edits of roles, permissions and who holds them; PostgreSQL.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AccessEdits: Send + Sync {
    /// Writes an edit atomically: what it changes, the audit row with what was there before and what is there now, and one epoch,
    /// however many hold a role. Answers what copies have to be forgotten; `None`: nobody's rights changed.
    ///
    /// # Errors
    /// MUST answer what [`Scene::judge`](crate::access::scene::Scene::judge) says about the state that the edit is written to, one
    /// edit after the other, and [`AccessConflict::LastAdmin`] rather than leave nobody who administers the platform, also under
    /// concurrency.
    async fn decide(
        &self,
        decision: &AccessDecision,
    ) -> Result<Option<AccessChange>, StoreError<AccessConflict>>;

    /// What the edit would do. Nothing is written.
    ///
    /// # Errors
    /// MUST answer the conflict that the edit would meet.
    async fn rehearse(
        &self,
        decision: &AccessDecision,
    ) -> Result<Impact, StoreError<AccessConflict>>;

    /// Declares every copy of anybody's permissions old, for whoever has changed them past the platform.
    async fn flush(&self, journal: &Journal) -> Result<AccessEpoch, Outage>;
}
