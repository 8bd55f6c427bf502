//! `POST /api/auth/not-me`

use actix_web::{HttpResponse, post, web};
use domain::account::lockdown::LockdownGrounds;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::{Body, RequestOrigin, Valid};
use crate::problem::Problem;
use crate::state::Api;

/// A token out of a notice about the security of an account.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "NotMe")]
pub(super) struct NotMeBody {
    /// The token, as the mail has it.
    #[garde(length(bytes, max = 512))]
    #[schema(example = "sho_…")]
    token: String,
}

impl Body for NotMeBody {}

/// Say "this was not me"
///
/// Every session ends, the password stops working, and a mail brings a token for `POST /api/auth/password/reset`. The token of a
/// notice works once, for seven days.
#[utoipa::path(
    tag = "auth",
    request_body = NotMeBody,
    responses(
        (status = 204, description = "Everybody is signed out, and a mail is on its way"),
        (status = 400, description = "`token_invalid`, `malformed_json`"),
    )
)]
#[post("/api/auth/not-me")]
pub(super) async fn say_not_me(
    RequestOrigin(origin): RequestOrigin,
    body: Valid<NotMeBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let token = body.into_inner().token;
    let grounds = LockdownGrounds::NotMe;
    api.lock_down.run(grounds, token.trim(), &origin).await?;
    Ok(HttpResponse::NoContent().finish())
}
