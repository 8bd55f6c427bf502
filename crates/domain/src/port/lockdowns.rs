//! "This was not me".

use async_trait::async_trait;

use crate::account::lockdown::{Lockdown, LockdownConflict, LockedDown};
use crate::outage::StoreError;

/// Locking accounts down; PostgreSQL.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Lockdowns: Send + Sync {
    /// Uses the token up, ends every session, removes the password, lets the open tokens die, and records the one that sets a new
    /// password, atomically. Ways back that are older than the token shown stay open, so that a thief's newer one cannot close
    /// the owner's.
    ///
    /// To undo a change of address it also puts back, as confirmed, the address that the token was mailed to. An account that
    /// claims that address without having confirmed it MUST lose it.
    ///
    /// # Errors
    /// MUST answer [`LockdownConflict::TokenInvalid`] if the token is not open or the account is not active, and
    /// [`LockdownConflict::EmailTaken`] if another account has confirmed the address to put back.
    async fn lock_down(
        &self,
        lockdown: &Lockdown,
    ) -> Result<LockedDown, StoreError<LockdownConflict>>;
}
