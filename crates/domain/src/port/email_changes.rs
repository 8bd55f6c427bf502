//! Another address for an account.

use async_trait::async_trait;

use crate::account::email_change::{
    EmailChangeConfirmation, EmailChangeConflict, EmailChangeRequest, EmailChanged,
};
use crate::outage::{Outage, StoreError};

/// Changes of addresses; PostgreSQL.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait EmailChanges: Send + Sync {
    /// Records both tokens, kills an older one that waits to be confirmed, and enqueues the mails, atomically. Whether another
    /// account has the address MUST make no difference. Does nothing and answers `false` when the account asked, or the address
    /// was asked for, [`MAILS_PER_HOUR`] times within the last hour, or the account is not active.
    ///
    /// [`MAILS_PER_HOUR`]: crate::account::one_time_token::MAILS_PER_HOUR
    async fn begin(&self, request: &EmailChangeRequest) -> Result<bool, Outage>;

    /// Uses the token up, puts its address in the place of the account's, counts it as confirmed, and lets every other open token
    /// die that is not a way back, atomically.
    ///
    /// # Errors
    /// MUST answer [`EmailChangeConflict::TokenInvalid`] if the token is not open or the account is not active, and
    /// [`EmailChangeConflict::EmailTaken`] if another account has the address by now; the token stays open then.
    async fn confirm(
        &self,
        confirmation: &EmailChangeConfirmation,
    ) -> Result<EmailChanged, StoreError<EmailChangeConflict>>;
}
