//! The end of accounts, and their return.

use async_trait::async_trait;

use crate::access::standing::AccessEpoch;
use crate::account::closure::{
    AccountDeleted, AccountDeletion, AccountRestoration, ClosureConflict,
};
use crate::outage::StoreError;

/// Deleting and restoring accounts; PostgreSQL.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AccountClosures: Send + Sync {
    /// Deletes an active account softly, ends its sessions and lets its one-time tokens die, atomically. Its names stay taken,
    /// and its scripts are hidden for as long as it is deleted.
    ///
    /// # Errors
    /// MUST answer [`ClosureConflict::WrongState`] if the account is not active, and [`ClosureConflict::LastAdmin`] rather than
    /// leave nobody who administers the platform, also under concurrency.
    async fn delete(
        &self,
        deletion: &AccountDeletion,
    ) -> Result<AccountDeleted, StoreError<ClosureConflict>>;

    /// Makes a deleted account active again and opens a session, atomically. Answers the epoch of the change.
    ///
    /// # Errors
    /// MUST answer [`ClosureConflict::WrongState`] if the account is not deleted, or was deleted
    /// [`RESTORABLE`](crate::account::closure::RESTORABLE) ago or longer.
    async fn restore(
        &self,
        restoration: &AccountRestoration,
    ) -> Result<AccessEpoch, StoreError<ClosureConflict>>;
}
