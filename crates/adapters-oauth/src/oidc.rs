//! OpenID Connect issuers (OpenID Connect Core 1.0 and Discovery 1.0): Google, Discord, and any other.

mod discovery;
mod trust;

use std::sync::Arc;

use async_trait::async_trait;
use domain::account::identity::{ProvidedEmail, ProviderProfile, ProviderSubject};
use domain::account::profile::DisplayName;
use domain::port::identity_providers::{
    Authorization, AuthorizationAsk, AuthorizationGrant, ProviderError,
};
use domain::secret::Secret;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdTokenClaims,
    CoreProviderMetadata, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, TokenResponse, UserInfoError,
};

use crate::http::{Http, told};
use crate::provider::{Provider, ProviderSettings, of_exchange, refused, unavailable};
use crate::registry::SettingError;
use discovery::Discovery;
use trust::{Mistrust, claims};

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What issuers differ in.
struct Manners {
    label: &'static str,
    /// The scopes besides `openid`.
    scopes: &'static [&'static str],
    /// The `prompt` that makes the issuer look whether the person is there.
    presence: &'static str,
}

struct Issuer {
    label: String,
    manners: Manners,
    client_id: ClientId,
    client_secret: ClientSecret,
    back: RedirectUrl,
    discovery: Discovery,
}

/// Google; `ISSUER` points to another one.
pub(crate) fn google(
    settings: &ProviderSettings,
    back: &str,
) -> Result<Box<dyn Provider>, SettingError> {
    settings.knows_only(&["ISSUER"])?;
    let manners = Manners {
        label: "Google",
        scopes: &["email", "profile"],
        presence: "select_account",
    };
    make(
        settings,
        back,
        ("ISSUER", Some("https://accounts.google.com")),
        manners,
    )
}

/// Discord; `BASE_URL`, which is its issuer, points to another one.
pub(crate) fn discord(
    settings: &ProviderSettings,
    back: &str,
) -> Result<Box<dyn Provider>, SettingError> {
    settings.knows_only(&["BASE_URL"])?;
    let manners = Manners {
        label: "Discord",
        scopes: &["identify", "email"],
        presence: "consent",
    };
    make(
        settings,
        back,
        ("BASE_URL", Some("https://discord.com")),
        manners,
    )
}

/// Any issuer.
pub(crate) fn issuer(
    settings: &ProviderSettings,
    back: &str,
) -> Result<Box<dyn Provider>, SettingError> {
    settings.knows_only(&["ISSUER"])?;
    let manners = Manners {
        label: "",
        scopes: &["email", "profile"],
        presence: "login",
    };
    make(settings, back, ("ISSUER", None), manners)
}

fn make(
    settings: &ProviderSettings,
    back: &str,
    (key, usual): (&str, Option<&str>),
    manners: Manners,
) -> Result<Box<dyn Provider>, SettingError> {
    let wrong = |_error| SettingError {
        name: format!("{}{key}", settings.prefix),
        rule: "must be the address of an issuer",
    };
    let issuer = IssuerUrl::new(settings.address(key, usual)?).map_err(wrong)?;
    let usual_label = match manners.label {
        "" => settings.name.as_str(),
        label => label,
    };
    Ok(Box::new(Issuer {
        label: settings
            .label
            .clone()
            .unwrap_or_else(|| usual_label.to_owned()),
        manners,
        client_id: ClientId::new(settings.client_id.clone()),
        client_secret: ClientSecret::new(settings.client_secret.expose().clone()),
        back: RedirectUrl::new(back.to_owned()).map_err(wrong)?,
        discovery: Discovery::of(issuer),
    }))
}

/// What an id token and the page about a person tell in the same words; the library has them as two types.
macro_rules! profile {
    ($subject:expr, $claims:expr) => {{
        let name = $claims.name().and_then(|name| name.get(None));
        let nickname = $claims.nickname().and_then(|name| name.get(None));
        let called = name
            .map(|name| name.as_str())
            .or(nickname.map(|name| name.as_str()));
        ProviderProfile {
            subject: $subject,
            email: ProvidedEmail::read(
                $claims.email().map(|email| email.as_str()),
                $claims.email_verified() == Some(true),
            ),
            display_name: called.and_then(DisplayName::clean),
            login: $claims
                .preferred_username()
                .map(|name| name.as_str().to_owned()),
        }
    }};
}

#[async_trait]
impl Provider for Issuer {
    fn label(&self) -> &str {
        &self.label
    }

    async fn begin(
        &self,
        http: &Http,
        ask: &AuthorizationAsk,
    ) -> Result<Authorization, ProviderError> {
        let client = self.client(&self.discovery.read(http).await?);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let state = CsrfToken::new(ask.state.expose().clone());
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let mut request = client
            .authorize_url(flow, || state, Nonce::new_random)
            .set_pkce_challenge(challenge);
        for scope in self.manners.scopes {
            request = request.add_scope(Scope::new((*scope).to_owned()));
        }
        if ask.wants_presence {
            request = request.add_extra_param("prompt", self.manners.presence);
        }
        let (url, _, nonce) = request.url();
        Ok(Authorization {
            url: Secret::new(url.into()),
            verifier: Secret::new(verifier.into_secret()),
            nonce: Secret::new(nonce.secret().clone()),
        })
    }

    async fn finish(
        &self,
        http: &Http,
        grant: &AuthorizationGrant,
    ) -> Result<ProviderProfile, ProviderError> {
        let metadata = self.discovery.read(http).await?;
        let client = self.client(&metadata);
        let tokens = exchange(&client, http, grant).await?;
        let id_token = tokens
            .id_token()
            .ok_or_else(|| refused("the id token", "there is none"))?;
        let nonce = Nonce::new(grant.nonce.expose().clone());
        let believed = match claims(&client, id_token, &nonce, &tokens, grant.now) {
            // The issuer may have begun to sign with a new key.
            Err(Mistrust::UnknownKey) => {
                let metadata = self.discovery.read_anew(http).await?;
                let client = self.client(&metadata);
                claims(&client, id_token, &nonce, &tokens, grant.now)
            }
            believed => believed,
        };
        let claims = believed.map_err(|mistrust| refused("the id token", mistrust))?;
        let subject = ProviderSubject::parse(claims.subject().as_str())
            .map_err(|violation| refused("the subject", violation))?;
        let more = self.user_info(&client, http, &tokens, claims).await?;
        Ok(if let Some(more) = &more {
            profile!(subject, more)
        } else {
            profile!(subject, claims)
        })
    }
}

impl Issuer {
    fn client(&self, metadata: &Arc<CoreProviderMetadata>) -> Client {
        let metadata = CoreProviderMetadata::clone(metadata);
        let ways = metadata.token_endpoint_auth_methods_supported();
        // Basic is what an issuer takes that says nothing (Discovery 1.0, section 3).
        let takes_basic =
            ways.is_none_or(|ways| ways.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let way = if takes_basic {
            AuthType::BasicAuth
        } else {
            AuthType::RequestBody
        };
        CoreClient::from_provider_metadata(
            metadata,
            self.client_id.clone(),
            Some(self.client_secret.clone()),
        )
        .set_auth_type(way)
        .set_redirect_uri(self.back.clone())
    }

    /// What the issuer tells besides, if the id token says nothing about an address: most keep it for this page.
    async fn user_info(
        &self,
        client: &Client,
        http: &Http,
        tokens: &CoreTokenResponse,
        claims: &CoreIdTokenClaims,
    ) -> Result<Option<CoreUserInfoClaims>, ProviderError> {
        if claims.email().is_some() {
            return Ok(None);
        }
        let subject = claims.subject().clone();
        let Ok(request) = client.user_info(tokens.access_token().clone(), Some(subject)) else {
            return Ok(None);
        };
        match request.request_async(http).await {
            Ok(more) => Ok(Some(more)),
            Err(UserInfoError::ClaimsVerification(_)) => {
                Err(refused("the person", "is somebody else"))
            }
            Err(UserInfoError::Request(error)) => Err(unavailable("the person", told(&error))),
            Err(_) => Err(unavailable(
                "the person",
                "the answer is not of the expected form",
            )),
        }
    }
}

async fn exchange(
    client: &Client,
    http: &Http,
    grant: &AuthorizationGrant,
) -> Result<CoreTokenResponse, ProviderError> {
    let code = AuthorizationCode::new(grant.code.expose().clone());
    let verifier = PkceCodeVerifier::new(grant.verifier.expose().clone());
    let request = client
        .exchange_code(code)
        .map_err(|_error| unavailable("the issuer", "names no place to exchange codes"))?;
    let request = request.set_pkce_verifier(verifier);
    request.request_async(http).await.map_err(of_exchange)
}
