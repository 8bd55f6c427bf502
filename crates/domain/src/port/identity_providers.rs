//! Those whom people sign in through.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::account::identity::{ProviderName, ProviderProfile};
use crate::outage::BoxError;
use crate::secret::Secret;

/// Providers of identities: OpenID Connect issuers, and others that speak OAuth 2.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait IdentityProviders: Send + Sync {
    /// The providers that are switched on, by name.
    fn list(&self) -> Vec<ProviderLabel>;

    /// Where to send somebody who wants to sign in. PKCE with S256 (RFC 7636) and, where the provider knows it, a nonce are
    /// always part of it, and the address that it leads back to is always the same.
    ///
    /// # Errors
    /// [`ProviderError`], within five seconds.
    async fn begin(&self, ask: &AuthorizationAsk) -> Result<Authorization, ProviderError>;

    /// Who somebody is that came back with a code.
    ///
    /// # Errors
    /// [`ProviderError`], within five seconds; nothing that the provider answers makes it anything else.
    async fn finish(&self, grant: &AuthorizationGrant) -> Result<ProviderProfile, ProviderError>;
}

/// A provider, as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderLabel {
    /// The name in URLs.
    pub name: ProviderName,
    /// The name on a button.
    pub label: String,
}

/// Somebody wants to go to a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationAsk {
    /// Which one.
    pub provider: ProviderName,
    /// What comes back unchanged.
    pub state: Secret<String>,
    /// Whether the provider shall make sure that the person is there, instead of taking it from an earlier sign-in.
    pub wants_presence: bool,
}

/// Where to send somebody, and what has to be kept until they are back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    /// The address.
    pub url: Secret<String>,
    /// What proves to the provider that who brings the code is who began (RFC 7636); URL-safe characters only.
    pub verifier: Secret<String>,
    /// What has to stand in the id token; URL-safe characters only.
    pub nonce: Secret<String>,
}

/// Somebody came back with a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationGrant {
    /// From which provider.
    pub provider: ProviderName,
    /// The code.
    pub code: Secret<String>,
    /// As it was when they left.
    pub verifier: Secret<String>,
    /// As it was when they left.
    pub nonce: Secret<String>,
    /// Now.
    pub now: DateTime<Utc>,
}

/// Why nobody came from a provider.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// There is no such provider.
    #[error("there is no such provider")]
    Unknown,
    /// The provider did not answer in time, or not as a provider does.
    #[error("the provider is unavailable")]
    Unavailable(#[source] BoxError),
    /// The provider does not accept the code, or what it says about the person cannot be trusted.
    #[error("the provider vouches for nobody")]
    Refused(#[source] BoxError),
}
