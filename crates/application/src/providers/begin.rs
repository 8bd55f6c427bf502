//! Sending somebody to a provider.

use std::sync::Arc;

use domain::access::actor::SessionActor;
use domain::access::proof::Fresh;
use domain::account::identity::ProviderName;
use domain::account::one_time_token::TokenPurpose;
use domain::account::provider_flow::{Asker, FLOW_LIFETIME, FlowIntent, ProviderFlow, ReturnPath};
use domain::id::TokenId;
use domain::outage::{BoxError, Outage};
use domain::port::clock::Clock;
use domain::port::identity_providers::{
    Authorization, AuthorizationAsk, IdentityProviders, ProviderError,
};
use domain::port::ids::Ids;
use domain::port::one_time_tokens::OneTimeTokenCodec;
use domain::port::provider_flows::ProviderFlows;
use domain::port::sealer::Sealer;
use domain::secret::Secret;

/// Begins the way to a provider: half of what is needed at its end is kept here, the other half, sealed, by the browser.
pub struct BeginProviderFlow {
    /// Knows where to send people.
    pub providers: Arc<dyn IdentityProviders>,
    /// Keeps our half.
    pub flows: Arc<dyn ProviderFlows>,
    /// Writes the `state`.
    pub codec: Arc<dyn OneTimeTokenCodec>,
    /// Seals the browser's half.
    pub sealer: Arc<dyn Sealer>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// A way that was begun.
#[derive(Debug)]
pub struct Begun {
    /// Where to send the person.
    pub url: Secret<String>,
    /// Which way it is.
    pub flow: TokenId,
    /// What the browser has to bring back.
    pub sealed: Vec<u8>,
}

/// Why nobody was sent anywhere.
#[derive(Debug, thiserror::Error)]
pub enum BeginFlowError {
    /// There is no such provider.
    #[error("there is no such provider")]
    UnknownProvider,
    /// The provider cannot be relied upon just now.
    #[error("the provider is unavailable")]
    ProviderUnavailable(#[source] BoxError),
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl BeginProviderFlow {
    /// Somebody wants to sign in.
    ///
    /// # Errors
    /// See [`BeginFlowError`].
    pub async fn to_sign_in(
        &self,
        provider: ProviderName,
        return_to: ReturnPath,
    ) -> Result<Begun, BeginFlowError> {
        self.run(provider, FlowIntent::SignIn, return_to).await
    }

    /// Somebody who has just proven who they are wants one more way to sign in.
    ///
    /// # Errors
    /// See [`BeginFlowError`].
    pub async fn to_link(
        &self,
        by: &Fresh,
        provider: ProviderName,
        return_to: ReturnPath,
    ) -> Result<Begun, BeginFlowError> {
        let intent = FlowIntent::Link(asker(by.actor()));
        self.run(provider, intent, return_to).await
    }

    /// Somebody who is signed in wants to prove once more who they are.
    ///
    /// # Errors
    /// See [`BeginFlowError`].
    pub async fn to_reauthenticate(
        &self,
        by: &SessionActor,
        provider: ProviderName,
        return_to: ReturnPath,
    ) -> Result<Begun, BeginFlowError> {
        let intent = FlowIntent::Reauthenticate(asker(by));
        self.run(provider, intent, return_to).await
    }

    async fn run(
        &self,
        provider: ProviderName,
        intent: FlowIntent,
        return_to: ReturnPath,
    ) -> Result<Begun, BeginFlowError> {
        let (id, now) = (self.ids.token(), self.clock.now());
        let ask = AuthorizationAsk {
            provider: provider.clone(),
            state: self.codec.write(id, TokenPurpose::ProviderFlow),
            wants_presence: intent.asker().is_some(),
        };
        let begun = self.providers.begin(&ask).await;
        let authorization = begun.map_err(|error| match error {
            ProviderError::Unknown => BeginFlowError::UnknownProvider,
            ProviderError::Unavailable(cause) | ProviderError::Refused(cause) => {
                BeginFlowError::ProviderUnavailable(cause)
            }
        })?;
        let sealed = self.seal(id, &authorization)?;
        let flow = ProviderFlow {
            id,
            provider,
            intent,
            return_to,
            created_at: now,
            expires_at: now + FLOW_LIFETIME,
        };
        self.flows.begin(&flow).await?;
        Ok(Begun {
            url: authorization.url,
            flow: id,
            sealed,
        })
    }

    /// Verifier and nonce, a line each: neither has a line break.
    fn seal(&self, flow: TokenId, authorization: &Authorization) -> Result<Vec<u8>, Outage> {
        let (verifier, nonce) = (
            authorization.verifier.expose(),
            authorization.nonce.expose(),
        );
        let secret = format!("{verifier}\n{nonce}");
        self.sealer.seal(&super::about(flow), secret.as_bytes())
    }
}

fn asker(actor: &SessionActor) -> Asker {
    Asker {
        user: actor.user(),
        session: actor.session(),
    }
}
