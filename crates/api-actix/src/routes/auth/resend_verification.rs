//! `POST /api/auth/verify-email/resend`

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
#[schema(title = "ResendVerification")]
pub(super) struct ResendBody {
    /// The address of the account.
    #[garde(custom(rule(Email::parse)))]
    #[schema(example = "ada@example.org")]
    email: String,
}

impl Body for ResendBody {}

/// Ask for another mail to confirm an address by
///
/// The answer is the same whether or not there is such an account; at most three mails an hour go to one address.
#[utoipa::path(
    tag = "auth",
    request_body = ResendBody,
    responses((status = 202, description = "If there is something to confirm, a mail is on its way"))
)]
#[post("/api/auth/verify-email/resend")]
pub(super) async fn resend_verification(
    request: HttpRequest,
    RequestOrigin(origin): RequestOrigin,
    body: Valid<ResendBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    api.limits
        .credentials(&request, origin.ip, &body.email)
        .await?;
    let email = checked("email", Email::parse(&body.email))?;
    api.resend_verification.run(&email, &origin).await?;
    Ok(HttpResponse::Accepted().finish())
}
