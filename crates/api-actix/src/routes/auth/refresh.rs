//! `POST /api/auth/refresh`

use actix_web::{HttpRequest, HttpResponse, post, web};
use application::sessions::refresh::RefreshError;
use chrono::{DateTime, Utc};
use domain::session::token::TokenPair;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::TokenView;
use crate::extract::{Body, RequestOrigin, Valid};
use crate::problem::Problem;
use crate::state::Api;

/// A refresh token.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "Refresh")]
pub(super) struct RefreshBody {
    /// The refresh token of the newest pair.
    #[garde(length(bytes, max = 512))]
    #[schema(example = "shr_…")]
    refresh_token: String,
}

impl Body for RefreshBody {}

/// The next pair of tokens.
#[derive(Serialize, ToSchema)]
#[schema(title = "Refreshed")]
pub(super) struct RefreshedView {
    token: TokenView,
}

impl RefreshedView {
    /// The pair as seen at `now`.
    pub(super) fn at(tokens: &TokenPair, now: DateTime<Utc>) -> Self {
        Self {
            token: TokenView::at(tokens, now),
        }
    }
}

/// Exchange a refresh token for the next pair
///
/// A refresh token is used once. Within ten seconds, or until its successor was used, it answers the same successor
/// again: several tabs and lost answers do no harm. After that its use means that somebody has a copy, and ends the session.
#[utoipa::path(
    tag = "auth",
    request_body = RefreshBody,
    responses(
        (status = 200, description = "The next pair", body = RefreshedView),
        (status = 401, description = "`refresh_token_invalid`, `refresh_token_reused`, `session_expired`"),
    )
)]
#[post("/api/auth/refresh")]
pub(super) async fn refresh_session(
    request: HttpRequest,
    RequestOrigin(origin): RequestOrigin,
    body: Valid<RefreshBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let presented = api.refresh.read(&body.into_inner().refresh_token)?;
    api.limits.refresh(&request, presented.session).await?;
    let outcome = api.refresh.run(presented, &origin).await;
    let told = match &outcome {
        Ok(_) => "refreshed",
        Err(RefreshError::Invalid) => "invalid",
        Err(RefreshError::Reused) => "reused",
        Err(RefreshError::Expired) => "expired",
        Err(RefreshError::Outage(_)) => "failed",
    };
    metrics::counter!("refreshes_total", "outcome" => told).increment(1);
    Ok(HttpResponse::Ok().json(RefreshedView::at(&outcome?, api.clock.now())))
}
