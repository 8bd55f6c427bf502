//! GitHub, and GitHub Enterprise Server: OAuth 2, and an API that tells who somebody is.

use async_trait::async_trait;
use domain::account::identity::{ProvidedEmail, ProviderProfile, ProviderSubject};
use domain::account::profile::DisplayName;
use domain::port::identity_providers::{
    Authorization, AuthorizationAsk, AuthorizationGrant, ProviderError,
};
use domain::secret::Secret;
use oauth2::basic::BasicClient;
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse, TokenUrl,
};
use serde::Deserialize;

use crate::http::{Http, HttpError, told};
use crate::provider::{Provider, ProviderSettings, of_exchange, refused, unavailable};
use crate::registry::SettingError;

const BASE: &str = "https://github.com";
const API: &str = "https://api.github.com";
const JSON: &str = "application/vnd.github+json";

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

struct Github {
    label: String,
    client: Client,
    api: String,
}

/// GitHub as the settings say: `BASE_URL` and `API_URL` point to another one.
pub(crate) fn provider(
    settings: &ProviderSettings,
    back: &str,
) -> Result<Box<dyn Provider>, SettingError> {
    settings.knows_only(&["BASE_URL", "API_URL"])?;
    let base = settings.address("BASE_URL", Some(BASE))?;
    let base = base.trim_end_matches('/');
    let usual_api = if base == BASE {
        API.to_owned()
    } else {
        format!("{base}/api/v3")
    };
    let api = settings.address("API_URL", Some(&usual_api))?;
    let wrong = |_error| SettingError {
        name: format!("{}BASE_URL", settings.prefix),
        rule: "must be an address such as https://github.example",
    };
    let client = BasicClient::new(ClientId::new(settings.client_id.clone()))
        .set_client_secret(ClientSecret::new(settings.client_secret.expose().clone()))
        .set_auth_uri(AuthUrl::new(format!("{base}/login/oauth/authorize")).map_err(wrong)?)
        .set_token_uri(TokenUrl::new(format!("{base}/login/oauth/access_token")).map_err(wrong)?)
        .set_redirect_uri(RedirectUrl::new(back.to_owned()).map_err(wrong)?);
    Ok(Box::new(Github {
        label: settings
            .label
            .clone()
            .unwrap_or_else(|| "GitHub".to_owned()),
        client,
        api: api.trim_end_matches('/').to_owned(),
    }))
}

/// What the API tells about somebody. The login can be given to somebody else later; the id cannot.
#[derive(Deserialize)]
struct Person {
    id: u64,
    login: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Address {
    email: String,
    #[serde(default)]
    primary: bool,
    #[serde(default)]
    verified: bool,
}

#[async_trait]
impl Provider for Github {
    fn label(&self) -> &str {
        &self.label
    }

    async fn begin(
        &self,
        _: &Http,
        ask: &AuthorizationAsk,
    ) -> Result<Authorization, ProviderError> {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let state = CsrfToken::new(ask.state.expose().clone());
        let mut request = self
            .client
            .authorize_url(|| state)
            .add_scope(Scope::new("read:user".to_owned()))
            .add_scope(Scope::new("user:email".to_owned()))
            .set_pkce_challenge(challenge);
        if ask.wants_presence {
            request = request.add_extra_param("prompt", "select_account");
        }
        let (url, _) = request.url();
        Ok(Authorization {
            url: Secret::new(url.into()),
            verifier: Secret::new(verifier.into_secret()),
            // There is no id token that it could stand in.
            nonce: Secret::new(String::new()),
        })
    }

    async fn finish(
        &self,
        http: &Http,
        grant: &AuthorizationGrant,
    ) -> Result<ProviderProfile, ProviderError> {
        let code = AuthorizationCode::new(grant.code.expose().clone());
        let verifier = PkceCodeVerifier::new(grant.verifier.expose().clone());
        let request = self.client.exchange_code(code).set_pkce_verifier(verifier);
        let tokens = request.request_async(http).await.map_err(of_exchange)?;
        let token = tokens.access_token().secret();
        let person: Person = http
            .get_json(&format!("{}/user", self.api), token, JSON)
            .await
            .map_err(|error| unavailable("the person", told(&error)))?;
        let addresses = self.addresses(http, token).await?;
        let primary = addresses.iter().find(|address| address.primary);
        let subject = ProviderSubject::parse(&person.id.to_string());
        Ok(ProviderProfile {
            subject: subject.map_err(|violation| refused("the id", violation))?,
            email: ProvidedEmail::read(
                primary.map(|address| address.email.as_str()),
                primary.is_some_and(|address| address.verified),
            ),
            display_name: person.name.as_deref().and_then(DisplayName::clean),
            login: Some(person.login),
        })
    }
}

impl Github {
    /// The addresses; none if the person did not let us see them.
    async fn addresses(&self, http: &Http, token: &str) -> Result<Vec<Address>, ProviderError> {
        let url = format!("{}/user/emails", self.api);
        match http.get_json(&url, token, JSON).await {
            Ok(addresses) => Ok(addresses),
            Err(HttpError::Status(status)) if [403, 404].contains(&status.as_u16()) => {
                Ok(Vec::new())
            }
            Err(error) => Err(unavailable("the addresses", told(&error))),
        }
    }
}
