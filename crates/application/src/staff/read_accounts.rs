//! Looking accounts up.

use std::sync::Arc;

use domain::access::authority::Authority;
use domain::access::proof::ReadUsers;
use domain::account::supervision::{Dossier, UserListing};
use domain::account::user::UserWithRoles;
use domain::id::UserId;
use domain::outage::Outage;
use domain::page::Page;
use domain::port::supervised_accounts::SupervisedAccounts;

/// Shows accounts to staff.
pub struct ReadAccounts {
    /// Knows the accounts.
    pub accounts: Arc<dyn SupervisedAccounts>,
}

/// Why an account is not shown.
#[derive(Debug, thiserror::Error)]
pub enum ReadAccountError {
    /// There is no such account.
    #[error("there is no such account")]
    NotFound,
    /// We could not find out.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl ReadAccounts {
    /// One page of accounts.
    ///
    /// # Errors
    /// An outage.
    pub async fn list(
        &self,
        _by: &Authority<ReadUsers>,
        listing: &UserListing,
    ) -> Result<Page<UserWithRoles>, Outage> {
        self.accounts.list(listing).await
    }

    /// Everything about one account.
    ///
    /// # Errors
    /// See [`ReadAccountError`].
    pub async fn find(
        &self,
        _by: &Authority<ReadUsers>,
        user: UserId,
    ) -> Result<Dossier, ReadAccountError> {
        let found = self.accounts.find(user).await?;
        found.ok_or(ReadAccountError::NotFound)
    }
}
