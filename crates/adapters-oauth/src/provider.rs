//! What every provider can do.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::account::identity::{ProviderName, ProviderProfile};
use domain::port::identity_providers::{
    Authorization, AuthorizationAsk, AuthorizationGrant, ProviderError,
};
use domain::secret::Secret;
use openidconnect::RequestTokenError;
use openidconnect::StandardErrorResponse;
use openidconnect::core::CoreErrorResponseType;
use url::Url;

use crate::http::{Http, HttpError, told};
use crate::registry::SettingError;

/// What an operator says about one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderSettings {
    /// Its name.
    pub name: ProviderName,
    /// What its settings begin with: `OAUTH_GOOGLE_`.
    pub prefix: String,
    /// The name on buttons, where it is not the usual one.
    pub label: Option<String>,
    /// Who we are to the provider.
    pub client_id: String,
    /// How we prove it.
    pub client_secret: Secret<String>,
    /// Where the provider is, by the rest of the setting's name: `ISSUER`, `BASE_URL`, `API_URL`.
    pub addresses: BTreeMap<String, String>,
}

impl ProviderSettings {
    /// An address out of the settings; `default` where there is none.
    pub(crate) fn address(&self, key: &str, default: Option<&str>) -> Result<String, SettingError> {
        let given = self.addresses.get(key).map(String::as_str).or(default);
        let given = given.ok_or_else(|| self.wrong(key, "is required"))?;
        let is_web = Url::parse(given).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.query().is_none()
                && url.fragment().is_none()
        });
        if is_web {
            Ok(given.to_owned())
        } else {
            Err(self.wrong(key, "must be an address such as https://provider.example"))
        }
    }

    /// Complains about an address that the provider does not know.
    pub(crate) fn knows_only(&self, known: &[&str]) -> Result<(), SettingError> {
        match self
            .addresses
            .keys()
            .find(|key| !known.contains(&key.as_str()))
        {
            Some(key) => Err(self.wrong(key, "is not a setting of this provider")),
            None => Ok(()),
        }
    }

    fn wrong(&self, key: &str, rule: &'static str) -> SettingError {
        SettingError {
            name: format!("{}{key}", self.prefix),
            rule,
        }
    }
}

/// One provider.
#[async_trait]
pub(crate) trait Provider: Send + Sync {
    /// The name on a button.
    fn label(&self) -> &str;

    /// Where to send somebody.
    async fn begin(
        &self,
        http: &Http,
        ask: &AuthorizationAsk,
    ) -> Result<Authorization, ProviderError>;

    /// Who came back.
    async fn finish(
        &self,
        http: &Http,
        grant: &AuthorizationGrant,
    ) -> Result<ProviderProfile, ProviderError>;
}

/// The answer of a provider that cannot be relied upon just now.
pub(crate) fn unavailable(what: &str, why: impl std::fmt::Display) -> ProviderError {
    ProviderError::Unavailable(format!("{what}: {why}").into())
}

/// The answer of a provider that vouches for nobody.
pub(crate) fn refused(what: &str, why: impl std::fmt::Display) -> ProviderError {
    ProviderError::Refused(format!("{what}: {why}").into())
}

/// What it means that a code was not exchanged. The provider's own words are not repeated but for the code of the error.
pub(crate) fn of_exchange(
    error: RequestTokenError<HttpError, StandardErrorResponse<CoreErrorResponseType>>,
) -> ProviderError {
    const WHAT: &str = "the code was not exchanged";
    match error {
        RequestTokenError::ServerResponse(response) => match response.error() {
            CoreErrorResponseType::InvalidGrant => refused(WHAT, "invalid_grant"),
            // Our own settings are wrong, or the provider is: trying again with another code would not help.
            other => unavailable(WHAT, other.as_ref()),
        },
        RequestTokenError::Request(error) => unavailable(WHAT, told(&error)),
        // GitHub says that a code is wrong with the status of a success.
        RequestTokenError::Parse(_, body) => match error_code(&body) {
            Some(code) => refused(WHAT, code),
            None => unavailable(WHAT, "the answer is not of the expected form"),
        },
        RequestTokenError::Other(_) => unavailable(WHAT, "the answer is not of the expected form"),
    }
}

/// The code in an answer that is an error after all.
fn error_code(body: &[u8]) -> Option<String> {
    let answer: serde_json::Value = serde_json::from_slice(body).ok()?;
    let code = answer.get("error")?.as_str()?;
    Some(
        code.chars()
            .filter(|letter| letter.is_ascii_lowercase() || *letter == '_')
            .take(64)
            .collect(),
    )
}
