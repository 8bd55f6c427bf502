//! A panic is one failed request; the connection, and everybody else, goes on.

use std::panic::AssertUnwindSafe;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError, web};
use futures_util::FutureExt;

use super::envelope::{RequestId, name};
use super::headers::secure;
use crate::problem::{Code, Problem};
use crate::state::Api;

/// A handler panicked. There is no response to go on with, so this makes all of it.
#[derive(Debug, thiserror::Error)]
#[error("a handler panicked")]
pub(super) struct Panicked {
    id: Option<RequestId>,
    https_only: bool,
}

impl Panicked {
    /// What a panic while working on the request would be answered with.
    pub(super) fn during(request: &ServiceRequest) -> Self {
        let api = request.app_data::<web::Data<Api>>();
        Self {
            id: request.extensions().get::<RequestId>().cloned(),
            https_only: api.is_some_and(|api| api.https_only),
        }
    }

    /// Does the work, or answers this.
    pub(super) async fn instead_of(
        self,
        work: impl Future<Output = Result<ServiceResponse<BoxBody>, Error>>,
    ) -> Result<ServiceResponse<BoxBody>, Error> {
        if let Ok(outcome) = AssertUnwindSafe(work).catch_unwind().await {
            return outcome;
        }
        metrics::counter!("http_panics_total").increment(1);
        tracing::error!(request_id = self.request_id(), "a handler panicked");
        Err(self.into())
    }

    fn request_id(&self) -> &str {
        self.id.as_ref().map_or("", RequestId::as_str)
    }
}

impl ResponseError for Panicked {
    fn status_code(&self) -> StatusCode {
        StatusCode::INTERNAL_SERVER_ERROR
    }

    fn error_response(&self) -> HttpResponse {
        let body = Problem::new(Code::Internal).body(self.request_id());
        let mut response = HttpResponse::InternalServerError()
            .content_type("application/problem+json")
            .body(body);
        secure(response.headers_mut(), "/", self.https_only);
        if let Some(id) = &self.id {
            name(response.headers_mut(), id);
        }
        response
    }
}
