//! `POST /api/auth/email/confirm`

use actix_web::{HttpResponse, post, web};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::verify_email::VerifiedView;
use crate::extract::{Body, RequestOrigin, Valid};
use crate::problem::Problem;
use crate::state::Api;

/// A token out of a mail to the address to come.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "ConfirmEmailChange")]
pub(super) struct ConfirmEmailChangeBody {
    /// The token, as the mail has it.
    #[garde(length(bytes, max = 512))]
    #[schema(example = "sho_…")]
    token: String,
}

impl Body for ConfirmEmailChangeBody {}

/// Confirm a new address
///
/// The new address takes the place of the one before and counts as confirmed; both get a mail, and other mailed tokens stop working.
/// The token works once, for a day, until a newer request or a new password.
#[utoipa::path(
    tag = "auth",
    request_body = ConfirmEmailChangeBody,
    responses(
        (status = 200, description = "The account with its new address", body = VerifiedView),
        (status = 400, description = "`token_invalid`, `malformed_json`"),
        (status = 409, description = "`email_taken`: another account has the address"),
    )
)]
#[post("/api/auth/email/confirm")]
pub(super) async fn confirm_email_change(
    RequestOrigin(origin): RequestOrigin,
    body: Valid<ConfirmEmailChangeBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let token = body.into_inner().token;
    let token = token.trim();
    let account = api.confirm_email_change.run(token, &origin).await?;
    Ok(HttpResponse::Ok().json(VerifiedView::of(&account)))
}
