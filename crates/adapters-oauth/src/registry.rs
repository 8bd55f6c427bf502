//! The providers that there are, and those that are switched on.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use domain::account::identity::{ProviderName, ProviderProfile};
use domain::outage::BoxError;
use domain::port::identity_providers::{
    Authorization, AuthorizationAsk, AuthorizationGrant, IdentityProviders, ProviderError,
    ProviderLabel,
};

use crate::http::Http;
use crate::provider::{Provider, ProviderSettings};
use crate::{github, oidc};

/// Makes a provider out of its settings and of the address that it leads back to.
type Maker = fn(&ProviderSettings, &str) -> Result<Box<dyn Provider>, SettingError>;

/// The providers that have a name of their own: their settings begin with `OAUTH_` and the name.
const KNOWN: [(&str, Maker); 3] = [
    ("discord", oidc::discord),
    ("github", github::provider),
    ("google", oidc::google),
];

/// All of a sign-in that is spent with a provider, so that no request of ours hangs on one.
const PATIENCE: Duration = Duration::from_secs(5);

/// A setting of a provider that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{name} {rule}")]
pub struct SettingError {
    /// The setting.
    pub name: String,
    /// The rule that it breaks.
    pub rule: &'static str,
}

/// The providers that are switched on.
pub struct Providers {
    http: Http,
    providers: BTreeMap<ProviderName, Box<dyn Provider>>,
}

impl Providers {
    /// Puts the providers together. None of them is asked for anything yet, so this works while they are away.
    ///
    /// `named` are those of the registry, `issuers` any other OpenID Connect issuers. `public_base_url` is where clients reach
    /// us, without a slash at the end.
    ///
    /// # Errors
    /// A [`SettingError`], or that no client can be made.
    pub fn of(
        named: &[ProviderSettings],
        issuers: &[ProviderSettings],
        public_base_url: &str,
    ) -> Result<Self, BoxError> {
        let issuer: Maker = oidc::issuer;
        let mut providers = BTreeMap::new();
        let named = named.iter().map(|settings| (settings, maker(settings)));
        let issuers = issuers.iter().map(|settings| (settings, Ok(issuer)));
        for (settings, maker) in named.chain(issuers) {
            let back = format!(
                "{public_base_url}/api/auth/{}/callback",
                settings.name.as_str()
            );
            let provider = maker?(settings, &back)?;
            if providers.insert(settings.name.clone(), provider).is_some() {
                let name = format!("{}CLIENT_ID", settings.prefix);
                let rule = "is of a provider that has this name already";
                return Err(SettingError { name, rule }.into());
            }
        }
        let http = Http::new()?;
        Ok(Self { http, providers })
    }

    fn get(&self, name: &ProviderName) -> Result<&dyn Provider, ProviderError> {
        self.providers
            .get(name)
            .map(AsRef::as_ref)
            .ok_or(ProviderError::Unknown)
    }
}

/// Whether there is a provider of this name; `prefix` is what its settings begin with.
///
/// # Errors
/// A [`SettingError`] if there is none.
pub fn know(name: &ProviderName, prefix: &str) -> Result<(), SettingError> {
    maker_of(name, prefix).map(drop)
}

fn maker(settings: &ProviderSettings) -> Result<Maker, SettingError> {
    maker_of(&settings.name, &settings.prefix)
}

fn maker_of(wanted: &ProviderName, prefix: &str) -> Result<Maker, SettingError> {
    let known = KNOWN.iter().find(|(name, _)| *name == wanted.as_str());
    known.map(|(_, maker)| *maker).ok_or_else(|| SettingError {
        name: format!("{prefix}CLIENT_ID"),
        rule: "is of a provider that nobody knows: use OIDC_PROVIDERS for OpenID Connect issuers",
    })
}

/// Keeps a step within its time, and counts it under the provider's name, of which there are as many as are switched on.
async fn step<T>(
    provider: &ProviderName,
    name: &'static str,
    work: impl Future<Output = Result<T, ProviderError>>,
) -> Result<T, ProviderError> {
    let begun = Instant::now();
    let late = |_elapsed| Err(ProviderError::Unavailable("not within five seconds".into()));
    let outcome = tokio::time::timeout(PATIENCE, work)
        .await
        .unwrap_or_else(late);
    let told = match &outcome {
        Ok(_) => "ok",
        Err(ProviderError::Refused(_)) => "refused",
        Err(ProviderError::Unavailable(_) | ProviderError::Unknown) => "unavailable",
    };
    metrics::histogram!("identity_provider_seconds", "provider" => provider.as_str().to_owned(), "step" => name, "outcome" => told)
        .record(begun.elapsed());
    outcome
}

#[async_trait]
impl IdentityProviders for Providers {
    fn list(&self) -> Vec<ProviderLabel> {
        let all = self.providers.iter();
        all.map(|(name, provider)| ProviderLabel {
            name: name.clone(),
            label: provider.label().to_owned(),
        })
        .collect()
    }

    async fn begin(&self, ask: &AuthorizationAsk) -> Result<Authorization, ProviderError> {
        let provider = self.get(&ask.provider)?;
        step(&ask.provider, "begin", provider.begin(&self.http, ask)).await
    }

    async fn finish(&self, grant: &AuthorizationGrant) -> Result<ProviderProfile, ProviderError> {
        let provider = self.get(&grant.provider)?;
        step(
            &grant.provider,
            "finish",
            provider.finish(&self.http, grant),
        )
        .await
    }
}
