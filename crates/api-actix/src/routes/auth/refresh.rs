//! `POST /api/auth/refresh`

use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponse, post, web};
use application::sessions::refresh::{RefreshError, Refreshed};
use domain::audit::Origin;
use domain::session::token::TokenPair;
use domain::violation::Violation;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::delivery::{TokenDelivery, brought, deliver, expect_own_page, forget};
use super::view::TokenView;
use crate::extract::{Body, RequestOrigin, Valid};
use crate::problem::Problem;
use crate::state::Api;

/// A refresh token; left out where a cookie has it.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "Refresh")]
pub(super) struct RefreshBody {
    /// The refresh token of the newest pair.
    #[garde(length(bytes, max = 512))]
    #[schema(example = "shr_…")]
    refresh_token: Option<String>,
}

impl Body for RefreshBody {}

/// The next pair of tokens.
#[derive(Serialize, ToSchema)]
#[schema(title = "Refreshed")]
pub(super) struct RefreshedView {
    token: TokenView,
}

impl From<TokenView> for RefreshedView {
    fn from(token: TokenView) -> Self {
        Self { token }
    }
}

/// The refresh token, and the way it came; the next one goes the same way.
pub(super) struct Brought {
    token: String,
    delivery: TokenDelivery,
}

impl FromRequest for Brought {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let cookie = brought(&request);
            if cookie.is_some() {
                let api = request.app_data::<web::Data<Api>>();
                let api = api.ok_or_else(|| Problem::new(crate::problem::Code::Internal))?;
                expect_own_page(&request, api)?;
            }
            let body = if cookie.is_some() && is_empty(&request) {
                None
            } else {
                let body = Valid::<RefreshBody>::from_request(&request, &mut payload).await?;
                body.into_inner().refresh_token
            };
            Self::one_of(cookie, body)
        })
    }
}

impl Brought {
    fn one_of(cookie: Option<String>, body: Option<String>) -> Result<Self, Problem> {
        let (token, delivery) = match (cookie, body) {
            (None, Some(token)) => (token, TokenDelivery::Body),
            (Some(token), None) => (token, TokenDelivery::Cookie),
            (None, None) => return Err(Problem::field("refresh_token", &Violation::Required)),
            // Two tokens may be of two people: nobody is guessed at.
            (Some(_), Some(_)) => {
                let alone = Violation::Malformed("left out where there is the cookie");
                return Err(Problem::field("refresh_token", &alone));
            }
        };
        Ok(Self { token, delivery })
    }
}

/// Whether the request has no body at all.
fn is_empty(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let length = headers.get(header::CONTENT_LENGTH);
    !headers.contains_key(header::CONTENT_TYPE)
        && !headers.contains_key(header::TRANSFER_ENCODING)
        && length.is_none_or(|length| length.as_bytes() == b"0")
}

/// Exchange a refresh token for the next pair
///
/// A refresh token is used once. Within ten seconds, or until its successor was used, it answers the same successor
/// again: several tabs and lost answers do no harm. After that its use means that somebody has a copy, and ends the session.
///
/// A browser that asked for `"token_delivery": "cookie"` sends the cookie and no body; the `Origin` of the request has to be
/// one of our pages, and the next refresh token comes in the cookie again. When the session is over, the cookie goes.
#[utoipa::path(
    tag = "auth",
    params(
        ("__Host-scripthub_refresh" = Option<String>, Cookie, description = "The refresh token, instead of a body"),
        ("Origin" = Option<String>, Header, description = "Where the page is from; required with the cookie"),
    ),
    request_body = RefreshBody,
    responses(
        (status = 200, description = "The next pair", body = RefreshedView),
        (status = 401, description = "`refresh_token_invalid`, `refresh_token_reused`, `session_expired`"),
        (status = 403, description = "`foreign_origin`: the cookie came without an `Origin` of ours"),
    )
)]
#[post("/api/auth/refresh")]
pub(super) async fn refresh_session(
    request: HttpRequest,
    RequestOrigin(origin): RequestOrigin,
    brought: Brought,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let refreshed = refresh(&request, &origin, &brought.token, &api).await;
    match refreshed {
        Ok(tokens) => {
            let (answer, now) = (HttpResponse::Ok(), api.clock.now());
            let how = brought.delivery;
            Ok(deliver(answer, how, &tokens, now, RefreshedView::from))
        }
        Err(Refused::Dead(problem)) if brought.delivery == TokenDelivery::Cookie => {
            let mut response = HttpResponse::from_error(problem);
            forget(&mut response);
            Ok(response)
        }
        Err(Refused::Dead(problem) | Refused::Otherwise(problem)) => Err(problem),
    }
}

/// Why there is no next pair, as far as the cookie is concerned.
enum Refused {
    /// The token is good for nothing any more.
    Dead(Problem),
    /// It may be good later: a limit, an outage.
    Otherwise(Problem),
}

impl From<RefreshError> for Refused {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Invalid | RefreshError::Reused | RefreshError::Expired => {
                Self::Dead(error.into())
            }
            RefreshError::Outage(outage) => Self::Otherwise(outage.into()),
        }
    }
}

async fn refresh(
    request: &HttpRequest,
    origin: &Origin,
    token: &str,
    api: &Api,
) -> Result<TokenPair, Refused> {
    let presented = api.refresh.read(token)?;
    let counted = api.limits.refresh(request, presented.session).await;
    counted.map_err(Refused::Otherwise)?;
    let outcome = api.refresh.run(presented, origin).await;
    let told = match &outcome {
        Ok(Refreshed::Rotated(_)) => "rotated",
        Ok(Refreshed::Replayed(_)) => "replayed",
        Err(RefreshError::Invalid) => "invalid",
        Err(RefreshError::Reused) => "reused",
        Err(RefreshError::Expired) => "expired",
        Err(RefreshError::Outage(_)) => "failed",
    };
    metrics::counter!("refreshes_total", "outcome" => told).increment(1);
    Ok(outcome?.into_tokens())
}
