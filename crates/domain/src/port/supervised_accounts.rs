//! Accounts, as staff sees them.

use async_trait::async_trait;

use crate::account::supervision::{
    Dossier, StaffConflict, StaffDecision, StaffDecisionMade, Suspension, UserListing,
};
use crate::account::user::UserWithRoles;
use crate::id::UserId;
use crate::outage::{Outage, StoreError};
use crate::page::Page;

/// All accounts, whatever their state; PostgreSQL.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SupervisedAccounts: Send + Sync {
    /// One page of accounts; keyset, newest first, one query.
    async fn list(&self, listing: &UserListing) -> Result<Page<UserWithRoles>, Outage>;

    /// Everything about one account, in one query.
    async fn find(&self, user: UserId) -> Result<Option<Dossier>, Outage>;

    /// The suspension of an account, while it is in force.
    async fn find_suspension(&self, user: UserId) -> Result<Option<Suspension>, Outage>;

    /// Writes an act of staff atomically: the state, the end of sessions and one-time tokens where the act keeps its person
    /// out, the journal, and the epoch.
    ///
    /// # Errors
    /// MUST answer [`StaffConflict::Above`] unless the actor holds every permission that the account holds, in the
    /// transaction of the write, and [`StaffConflict::LastAdmin`] rather than leave nobody who administers the platform, also
    /// under concurrency.
    async fn decide(
        &self,
        decision: &StaffDecision,
    ) -> Result<StaffDecisionMade, StoreError<StaffConflict>>;

    /// Some accounts whose suspension has ended by its own terms, the longest ended first.
    async fn list_served_suspensions(&self, limit: u16) -> Result<Vec<UserId>, Outage>;
}
