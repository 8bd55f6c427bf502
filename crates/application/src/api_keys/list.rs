//! One's own API keys.

use std::sync::Arc;

use domain::access::actor::SessionActor;
use domain::account::api_key::ApiKey;
use domain::outage::Outage;
use domain::port::api_keys::ApiKeys;

/// Lists the API keys of a person.
pub struct ListApiKeys {
    /// Knows them.
    pub keys: Arc<dyn ApiKeys>,
}

impl ListApiKeys {
    /// The keys that have not been ended, the newest first.
    ///
    /// # Errors
    /// An outage.
    pub async fn run(&self, by: &SessionActor) -> Result<Vec<ApiKey>, Outage> {
        self.keys.list(by.user()).await
    }
}
