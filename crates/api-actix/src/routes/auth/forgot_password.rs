//! `POST /api/auth/password/forgot`

use actix_web::{HttpRequest, HttpResponse, post, web};
use domain::account::email::Email;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::{Body, RequestOrigin, Valid, checked, rule};
use crate::problem::Problem;
use crate::state::Api;

/// An address to write to.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "ForgotPassword")]
pub(super) struct ForgotBody {
    /// The address of the account.
    #[garde(custom(rule(Email::parse)))]
    #[schema(example = "ada@example.org")]
    email: String,
}

impl Body for ForgotBody {}

/// Ask for a mail to set a new password by
///
/// The answer is the same whether or not there is such an account; at most three mails an hour go to one address. The token in
/// the mail works once, for half an hour, and no longer after a newer mail was sent.
#[utoipa::path(
    tag = "auth",
    request_body = ForgotBody,
    responses((status = 202, description = "If somebody has the address, a mail is on its way"))
)]
#[post("/api/auth/password/forgot")]
pub(super) async fn forgot_password(
    request: HttpRequest,
    RequestOrigin(origin): RequestOrigin,
    body: Valid<ForgotBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    api.limits
        .credentials(&request, origin.ip, &body.email)
        .await?;
    let email = checked("email", Email::parse(&body.email))?;
    api.forgot_password.run(&email, &origin).await?;
    Ok(HttpResponse::Accepted().finish())
}
