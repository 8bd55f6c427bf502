//! The gate of `/api`: where from, who, and not too often. Once per request, before any handler.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use application::access::authenticate::AuthenticateError;
use domain::audit::Origin;

use super::envelope::RequestId;
use super::panic::Panicked;
use crate::extract::Caller;
use crate::limits::Counted;
use crate::state::Api;

/// Longer user agents are cut.
const USER_AGENT_CHARACTERS: usize = 512;

/// Finds out who calls, counts the request, and lets it through. A panic beyond it ends here, within the rules for browsers:
/// its problem can be read like any other.
///
/// # Errors
/// `Panicked`, and those of the handlers, which the envelope renders.
pub async fn gate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let panicked = Panicked::during(&request);
    panicked.instead_of(admit(request, next)).await
}

async fn admit(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if !request.path().starts_with("/api/") {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let Some(api) = request.app_data::<web::Data<Api>>().cloned() else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let origin = origin(&request, &api);
    let caller = caller(&request, &api, &origin).await;
    let actor = match &caller {
        Caller::Known(actor) => Some(actor),
        Caller::Anonymous | Caller::Refused(_) => None,
    };
    let counted = api
        .limits
        .request(request.request(), actor, origin.ip)
        .await;
    let mut response = if let Err(problem) = counted {
        request.error_response(problem)
    } else {
        request.extensions_mut().insert(origin);
        request.extensions_mut().insert(caller);
        next.call(request).await?.map_into_boxed_body()
    };
    let headers = response
        .request()
        .extensions()
        .get::<Counted>()
        .and_then(Counted::headers);
    for (name, value) in headers.into_iter().flatten() {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

fn origin(request: &ServiceRequest, api: &Api) -> Origin {
    let ip = request
        .peer_addr()
        .map(|peer| api.addresses.client(peer.ip(), request.headers()));
    let user_agent = request
        .headers()
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .map(|text| text.chars().take(USER_AGENT_CHARACTERS).collect());
    let request_id = request
        .extensions()
        .get::<RequestId>()
        .map(|id| id.as_str().to_owned());
    Origin {
        ip,
        user_agent,
        device: None,
        request_id,
        session: None,
        key: None,
    }
}

async fn caller(request: &ServiceRequest, api: &Api, origin: &Origin) -> Caller {
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    let Some(value) = values.next() else {
        return Caller::Anonymous;
    };
    if values.next().is_some() {
        return Caller::Refused(AuthenticateError::Invalid);
    }
    let token = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let Some(token) = token else {
        return Caller::Refused(AuthenticateError::Invalid);
    };
    match api.authenticate.run(token, origin.clone()).await {
        Ok(actor) => Caller::Known(actor),
        Err(error) => Caller::Refused(error),
    }
}
