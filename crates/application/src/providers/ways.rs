//! The ways to sign in: those that there are, and those that somebody has.

use std::sync::Arc;

use domain::access::actor::SessionActor;
use domain::account::identity::SignInWays;
use domain::outage::Outage;
use domain::port::identities::Identities;
use domain::port::identity_providers::{IdentityProviders, ProviderLabel};

/// Tells which ways to sign in there are.
pub struct ListWays {
    /// Knows the providers.
    pub providers: Arc<dyn IdentityProviders>,
    /// Knows what is linked.
    pub identities: Arc<dyn Identities>,
}

impl ListWays {
    /// The providers that are switched on.
    #[must_use]
    pub fn providers(&self) -> Vec<ProviderLabel> {
        self.providers.list()
    }

    /// The ways that the person has.
    ///
    /// # Errors
    /// An outage.
    pub async fn of(&self, by: &SessionActor) -> Result<SignInWays, Outage> {
        self.identities.list(by.user()).await
    }
}
