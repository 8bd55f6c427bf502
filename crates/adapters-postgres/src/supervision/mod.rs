//! Accounts, as staff sees them.

use async_trait::async_trait;
use domain::account::supervision::{
    Dossier, StaffConflict, StaffDecision, StaffDecisionMade, Suspension, UserListing,
};
use domain::account::user::UserWithRoles;
use domain::id::UserId;
use domain::outage::{Outage, StoreError};
use domain::page::Page;
use domain::port::supervised_accounts::SupervisedAccounts;

use crate::pg::Pg;

mod acts;
mod reads;

/// Supervised accounts in PostgreSQL.
#[derive(Clone)]
pub struct PgSupervisedAccounts(Pg);

impl PgSupervisedAccounts {
    /// Supervised accounts behind this pool.
    #[must_use]
    pub const fn new(pg: Pg) -> Self {
        Self(pg)
    }
}

#[async_trait]
impl SupervisedAccounts for PgSupervisedAccounts {
    async fn list(&self, listing: &UserListing) -> Result<Page<UserWithRoles>, Outage> {
        self.0.read("list_users", listing, reads::list).await
    }

    async fn find(&self, user: UserId) -> Result<Option<Dossier>, Outage> {
        self.0.read("find_dossier", &user, reads::find).await
    }

    async fn find_suspension(&self, user: UserId) -> Result<Option<Suspension>, Outage> {
        let found = self.0.read("find_suspension", &user, reads::suspension);
        found.await
    }

    async fn decide(
        &self,
        decision: &StaffDecision,
    ) -> Result<StaffDecisionMade, StoreError<StaffConflict>> {
        let decision = decision.clone();
        self.0.write("staff_decision", decision, acts::decide).await
    }

    async fn list_served_suspensions(&self, limit: u16) -> Result<Vec<UserId>, Outage> {
        let found = self.0.read("served_suspensions", &limit, reads::served);
        found.await
    }
}
