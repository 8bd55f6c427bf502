//! `GET /api/auth/{provider}`

use actix_web::guard::GuardContext;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, get, web};
use application::providers::begin::BeginFlowError;
use domain::account::identity::ProviderName;
use domain::account::provider_flow::ReturnPath;
use domain::violation::Violation;
use garde::Validate;
use serde::Deserialize;
use url::form_urlencoded;

use super::finish_provider::landing_page;
use super::flow_cookie;
use crate::extract::PathProvider;
use crate::problem::{Code, Problem};
use crate::state::Api;

/// The paths beside this one are no providers, and know methods of their own.
fn names_a_provider(context: &GuardContext<'_>) -> bool {
    let last = context.head().uri.path().rsplit('/').next();
    last.is_some_and(|name| ProviderName::parse(name) != Err(Violation::Reserved))
}

/// Where somebody who is signed in wants to go on.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReturnQuery {
    #[garde(skip)]
    return_to: Option<String>,
}

impl ReturnQuery {
    /// The page of the frontend that was asked for; the start page for everything that could lead elsewhere.
    pub(crate) fn page(&self) -> ReturnPath {
        self.return_to
            .as_deref()
            .and_then(ReturnPath::parse)
            .unwrap_or_default()
    }
}

/// The same for a browser that is on its way: nothing in its address stops it.
fn return_path(request: &HttpRequest) -> ReturnPath {
    let mut pairs = form_urlencoded::parse(request.query_string().as_bytes());
    let asked = pairs.find(|(name, _)| name == "return_to");
    asked
        .and_then(|(_, path)| ReturnPath::parse(&path))
        .unwrap_or_default()
}

/// Sign in through a provider
///
/// For browsers: leads to the provider, and from there by `GET /api/auth/{provider}/callback` to `/auth/callback` of the frontend.
/// `return_to` is a path of the frontend; everything else means its start page. The way is good for ten minutes and in this
/// browser only.
#[utoipa::path(
    tag = "auth",
    params(
        ("provider" = String, Path, description = "The name of a provider", example = "google"),
        ("return_to" = Option<String>, Query, description = "The page of the frontend to go on with", example = "/scripts"),
    ),
    responses((status = 302, description = "To the provider; to `/auth/callback#error=…` of the frontend if it cannot be reached"))
)]
#[get("/api/auth/{provider}", guard = "names_a_provider")]
pub(super) async fn begin_provider(
    request: HttpRequest,
    PathProvider(provider): PathProvider,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let return_to = return_path(&request);
    let begun = api
        .begin_provider_flow
        .to_sign_in(provider, return_to.clone())
        .await;
    let error = match begun {
        Ok(begun) => {
            return Ok(HttpResponse::Found()
                .insert_header((LOCATION, begun.url.expose().as_str()))
                .cookie(flow_cookie::of(&begun))
                .finish());
        }
        Err(BeginFlowError::UnknownProvider) => return Err(Problem::new(Code::NotFound)),
        Err(error @ BeginFlowError::ProviderUnavailable(_)) => {
            tracing::warn!(error = %Problem::from(error), "nobody can be sent to a provider");
            "provider_unavailable"
        }
        Err(BeginFlowError::Outage(outage)) => {
            tracing::warn!(error = %outage, "nobody can be sent to a provider");
            "unavailable"
        }
    };
    let page = landing_page(&api.frontend_url, &[("error", error)], &return_to);
    Ok(HttpResponse::Found()
        .insert_header((LOCATION, page))
        .finish())
}
