//! The outermost layer: every answer leaves through it, whatever happened inside.

use std::time::Instant;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, ResponseError, web};

use super::headers::secure;
use crate::problem::{Code, Problem};
use crate::state::Api;

/// Names a request in answers, logs and the audit trail.
#[derive(Debug, Clone)]
pub(super) struct RequestId(String);

impl RequestId {
    /// The id as text.
    #[must_use]
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The client's id when it is well formed: 8 to 128 of `[A-Za-z0-9._-]`.
    fn brought(headers: &HeaderMap) -> Option<Self> {
        let id = headers.get("x-request-id")?.to_str().ok()?;
        let is_good = (8..=128).contains(&id.len())
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        is_good.then(|| Self(id.to_owned()))
    }
}

/// Gives the request its id; turns failures into problems; adds the headers of every answer; writes the access log and the
/// metrics. A `HEAD` is answered by what answers the `GET`; the body is left out on the way.
///
/// # Errors
/// `Panicked` when a handler panicked, which is a complete answer all the same.
pub async fn envelope(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let begun = Instant::now();
    let api = request.app_data::<web::Data<Api>>().cloned();
    let id = RequestId::brought(request.headers()).unwrap_or_else(|| {
        let fresh = api.as_ref().map(|api| api.ids.request().to_string());
        RequestId(fresh.unwrap_or_default())
    });
    let method = request.method().clone();
    if method == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    request.extensions_mut().insert(id.clone());
    let https_only = api.as_ref().is_some_and(|api| api.https_only);
    let in_flight = InFlight::begin();
    let outcome = next.call(request).await;
    drop(in_flight);
    let mut response = as_problem(outcome?.map_into_boxed_body(), &id);
    let path = response.request().path().to_owned();
    let headers = response.headers_mut();
    secure(headers, &path, https_only);
    name(headers, &id);
    if api.is_some_and(|api| api.health.is_draining()) {
        let head = response.response_mut().head_mut();
        head.set_connection_type(ConnectionType::Close);
    }
    note(&response, &method, &id, begun);
    Ok(response)
}

/// Names the request in its answer.
pub(super) fn name(headers: &mut HeaderMap, id: &RequestId) {
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
}

/// One request more that is worked on, until this is dropped: also when its client hangs up, which ends it in the middle.
struct InFlight(metrics::Gauge);

impl InFlight {
    fn begin() -> Self {
        let requests = metrics::gauge!("http_requests_in_flight");
        requests.increment(1.0);
        Self(requests)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

/// A failure as the body of a problem; everything else as it is.
fn as_problem(response: ServiceResponse<BoxBody>, id: &RequestId) -> ServiceResponse<BoxBody> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let has_body = !matches!(
        response.response().body().size(),
        BodySize::None | BodySize::Sized(0)
    );
    let error = response.response().error();
    let known = error.and_then(|error| error.as_error::<Problem>());
    let (body, cause) = match (known, error) {
        (Some(problem), _) => {
            log(problem, id);
            (problem.body(id.as_str()), None)
        }
        (None, Some(error)) => (
            Problem::of_status(status).body(id.as_str()),
            Some(error.to_string()),
        ),
        (None, None) if has_body => return response,
        (None, None) => (Problem::of_status(status).body(id.as_str()), None),
    };
    if let Some(cause) = cause {
        tracing::debug!(
            request_id = id.as_str(),
            cause,
            "the framework refused a request"
        );
    }
    response.map_body(|head, _| {
        head.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        BoxBody::new(body)
    })
}

/// The cause of a failure, once, with everything behind it.
fn log(problem: &Problem, id: &RequestId) {
    let Some(cause) = problem.cause() else {
        return;
    };
    let mut chain = cause.to_string();
    let mut source = cause.source();
    while let Some(error) = source {
        chain.push_str(": ");
        chain.push_str(&error.to_string());
        source = error.source();
    }
    let (request_id, code) = (id.as_str(), problem.code().name());
    if problem.code() == Code::Internal {
        tracing::error!(request_id, code, cause = chain, "a request failed");
    } else if problem.status_code().is_server_error() {
        tracing::warn!(request_id, code, cause = chain, "a request was turned away");
    } else {
        tracing::debug!(request_id, code, cause = chain, "a request was refused");
    }
}

fn note(response: &ServiceResponse<BoxBody>, method: &Method, id: &RequestId, begun: Instant) {
    let (request, status) = (response.request(), response.status().as_u16());
    let elapsed = begun.elapsed();
    let route = request
        .match_pattern()
        .unwrap_or_else(|| "unmatched".to_owned());
    // Unknown methods are one label value: the set stays bounded.
    let method = match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    };
    tracing::info!(
        target: "scripthub::access",
        method,
        path = request.path(),
        route,
        status,
        microseconds = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX),
        request_id = id.as_str(),
        "request"
    );
    metrics::histogram!("http_request_seconds", "route" => route, "method" => method, "status" => status.to_string())
        .record(elapsed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_of_the_client_is_kept_when_it_is_well_formed() {
        let brought = |id: &str| {
            let mut headers = HeaderMap::new();
            let value = HeaderValue::from_str(id).unwrap();
            headers.insert(HeaderName::from_static("x-request-id"), value);
            RequestId::brought(&headers).map(|id| id.0)
        };
        assert_eq!(brought("trace-0001"), Some("trace-0001".to_owned()));
        for bad in [
            "short",
            "with blank in it",
            "<script>alert(1)</script>",
            &"a".repeat(129),
        ] {
            assert_eq!(brought(bad), None, "{bad}");
        }
    }
}
