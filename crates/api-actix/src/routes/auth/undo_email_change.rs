//! `POST /api/auth/email/undo`

use actix_web::{HttpResponse, post, web};
use domain::account::lockdown::LockdownGrounds;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::{Body, RequestOrigin, Valid};
use crate::problem::Problem;
use crate::state::Api;

/// A token out of a mail to the address before.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "UndoEmailChange")]
pub(super) struct UndoEmailChangeBody {
    /// The token, as the mail has it.
    #[garde(length(bytes, max = 512))]
    #[schema(example = "sho_…")]
    token: String,
}

impl Body for UndoEmailChangeBody {}

/// Put the address before back
///
/// Works once, within seven days of the mail, before and after the new address was confirmed. The address before is put back, every
/// session ends, the password stops working, and a mail to that address brings a token for `POST /api/auth/password/reset`.
#[utoipa::path(
    tag = "auth",
    request_body = UndoEmailChangeBody,
    responses(
        (status = 204, description = "Everybody is signed out, and a mail is on its way"),
        (status = 400, description = "`token_invalid`, `malformed_json`"),
        (status = 409, description = "`email_taken`: another account has confirmed the address meanwhile"),
    )
)]
#[post("/api/auth/email/undo")]
pub(super) async fn undo_email_change(
    RequestOrigin(origin): RequestOrigin,
    body: Valid<UndoEmailChangeBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let token = body.into_inner().token;
    let grounds = LockdownGrounds::UndoEmailChange;
    api.lock_down.run(grounds, token.trim(), &origin).await?;
    Ok(HttpResponse::NoContent().finish())
}
