//! `GET /api/auth/{provider}/callback`

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, get, web};
use application::providers::finish::{Arrival, Homecoming, ProviderAnswer, Setback};
use domain::account::provider_flow::ReturnPath;
use domain::secret::Secret;
use url::form_urlencoded;

use super::flow_cookie;
use crate::extract::{Bearer, PathProvider, RequestOrigin};
use crate::problem::{Code, Problem};
use crate::state::Api;

/// The page of the frontend that takes people in. What they bring stands in the fragment, which no server sees.
pub(super) fn landing_page(frontend: &str, brought: &[(&str, &str)], to: &ReturnPath) -> String {
    let fragment = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(brought)
        .append_pair("return_to", to.as_str())
        .finish();
    format!("{frontend}/auth/callback#{fragment}")
}

/// The one parameter of this name; nothing where there are several, since nobody could say which is meant.
fn parameter(request: &HttpRequest, wanted: &str) -> Option<String> {
    let pairs = form_urlencoded::parse(request.query_string().as_bytes());
    let mut values = pairs.filter(|(name, _)| name == wanted);
    match (values.next(), values.next()) {
        (Some((_, value)), None) => Some(value.into_owned()),
        _ => None,
    }
}

fn answer(request: &HttpRequest) -> ProviderAnswer {
    match (parameter(request, "error"), parameter(request, "code")) {
        (Some(error), _) if error == "access_denied" => ProviderAnswer::Denied,
        (None, Some(code)) => ProviderAnswer::Code(Secret::new(code)),
        _ => ProviderAnswer::Failed,
    }
}

/// The code of a setback, for the frontend. Nothing of what the provider or the address said is repeated.
const fn told(setback: &Setback) -> &'static str {
    match setback {
        Setback::StateInvalid => "state_invalid",
        Setback::AccessDenied => "access_denied",
        Setback::ProviderRefused => "provider_refused",
        Setback::ProviderUnavailable => "provider_unavailable",
        Setback::SignInRefused => "sign_in_refused",
        Setback::RegistrationClosed => "registration_closed",
        Setback::SessionEnded => "session_ended",
        Setback::IdentityTaken => "identity_taken",
        Setback::ProviderTaken => "provider_already_linked",
        Setback::WrongPerson => "wrong_person",
        Setback::Outage(_) => "unavailable",
    }
}

/// Come back from a provider
///
/// Where providers send browsers; nothing else calls it. Leads to `/auth/callback` of the frontend, with what came of it in the
/// fragment: `code`, for `POST /api/auth/exchange`; `linked`, the provider that is linked now; or `error`, one of `state_invalid`,
/// `access_denied`, `provider_refused`, `provider_unavailable`, `sign_in_refused`, `registration_closed`, `session_ended`,
/// `identity_taken`, `provider_already_linked`, `wrong_person`, `unavailable`. `return_to` says where to go on.
#[utoipa::path(
    tag = "auth",
    params(
        ("provider" = String, Path, description = "The name of a provider", example = "google"),
        ("state" = Option<String>, Query, description = "As we gave it to the provider"),
        ("code" = Option<String>, Query, description = "Of the provider"),
        ("error" = Option<String>, Query, description = "Of the provider"),
    ),
    responses((status = 302, description = "To the frontend; never with a token"))
)]
#[get("/api/auth/{provider}/callback")]
pub(super) async fn finish_provider(
    request: HttpRequest,
    PathProvider(provider): PathProvider,
    RequestOrigin(origin): RequestOrigin,
    Bearer(bearer): Bearer,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let mut known = api.list_ways.providers().into_iter();
    if !known.any(|known| known.name == provider) {
        return Err(Problem::new(Code::NotFound));
    }
    let state = parameter(&request, "state").unwrap_or_default();
    let flow = api.finish_provider_flow.read_state(&state);
    let home = Homecoming {
        provider: provider.clone(),
        flow,
        sealed: flow.and_then(|flow| flow_cookie::brought(&request, flow)),
        answer: answer(&request),
        bearer,
        origin,
    };
    let landing = api.finish_provider_flow.run(home).await;
    let outcome = landing.arrival.as_ref().map_or_else(told, |_| "ok");
    metrics::counter!("provider_returns_total", "provider" => provider.as_str().to_owned(), "outcome" => outcome)
        .increment(1);
    let brought = match &landing.arrival {
        Ok(Arrival::Code(code)) => ("code", code.expose().as_str()),
        Ok(Arrival::Linked) => ("linked", provider.as_str()),
        Err(setback) => {
            if let Setback::Outage(outage) = setback {
                tracing::warn!(error = %outage, "somebody who came from a provider was turned away");
            }
            ("error", told(setback))
        }
    };
    let page = landing_page(&api.frontend_url, &[brought], &landing.return_to);
    let mut response = HttpResponse::Found();
    response.insert_header((LOCATION, page));
    if let Some(flow) = flow {
        response.cookie(flow_cookie::gone(flow));
    }
    Ok(response.finish())
}
