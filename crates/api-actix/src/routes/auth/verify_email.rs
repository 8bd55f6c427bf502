//! `POST /api/auth/verify-email`

use actix_web::{HttpResponse, post, web};
use domain::account::user::UserWithRoles;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{Body, RequestOrigin, Valid};
use crate::problem::Problem;
use crate::routes::users::view::UserView;
use crate::state::Api;

/// A token out of a mail.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "VerifyEmail")]
pub(super) struct VerifyEmailBody {
    /// The token, as the mail has it.
    #[garde(length(bytes, max = 512))]
    #[schema(example = "sho_…")]
    token: String,
}

impl Body for VerifyEmailBody {}

/// An account whose address is confirmed.
#[derive(Serialize, ToSchema)]
#[schema(title = "Verified")]
pub(super) struct VerifiedView {
    user: UserView,
}

impl VerifiedView {
    /// The account as its owner sees it.
    pub(super) fn of(account: &UserWithRoles) -> Self {
        let user = UserView::from(account);
        Self { user }
    }
}

/// Confirm an address
///
/// A token works once, for a day, and no longer after a newer mail was sent.
#[utoipa::path(
    tag = "auth",
    request_body = VerifyEmailBody,
    responses(
        (status = 200, description = "The account, confirmed", body = VerifiedView),
        (status = 400, description = "`token_invalid`, `malformed_json`"),
    )
)]
#[post("/api/auth/verify-email")]
pub(super) async fn verify_email(
    RequestOrigin(origin): RequestOrigin,
    body: Valid<VerifyEmailBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let token = body.into_inner().token;
    let account = api.verify_email.run(token.trim(), &origin).await?;
    Ok(HttpResponse::Ok().json(VerifiedView::of(&account)))
}
