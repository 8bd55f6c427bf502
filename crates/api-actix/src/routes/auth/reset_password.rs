//! `POST /api/auth/password/reset`

use actix_web::{HttpRequest, HttpResponse, post, web};
use domain::account::password::NewPassword;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::{Body, RequestOrigin, Valid, checked, rule};
use crate::problem::Problem;
use crate::state::Api;

/// A token out of a mail, and the password to set.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "ResetPassword")]
pub(super) struct ResetBody {
    /// The token, as the mail has it.
    #[garde(length(bytes, max = 512))]
    #[schema(example = "sho_…")]
    token: String,
    /// 8 to 71 bytes that are not easy to guess.
    #[garde(custom(rule(NewPassword::parse)))]
    #[schema(example = "correct horse battery", format = Password)]
    password: String,
}

impl Body for ResetBody {}

/// Set a new password by a token out of a mail
///
/// Ends every session, lets every other mailed token stop working, confirms the address, and mails a notice. Nobody is signed in
/// by it.
#[utoipa::path(
    tag = "auth",
    request_body = ResetBody,
    responses(
        (status = 204, description = "The password is set"),
        (status = 400, description = "`token_invalid`, `malformed_json`"),
        (status = 422, description = "`validation_failed`, `weak_password`; the token still works"),
    )
)]
#[post("/api/auth/password/reset")]
pub(super) async fn reset_password(
    request: HttpRequest,
    RequestOrigin(origin): RequestOrigin,
    body: Valid<ResetBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let token = body.token.trim();
    api.limits.credentials(&request, origin.ip, token).await?;
    let password = checked("password", NewPassword::parse(&body.password))?;
    api.reset_password.run(token, &password, &origin).await?;
    Ok(HttpResponse::NoContent().finish())
}
