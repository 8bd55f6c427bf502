//! `POST /api/auth/link/confirm`

use actix_web::{HttpRequest, HttpResponse, post, web};
use application::providers::confirm_link::ConfirmLinkError;
use domain::account::password::ClaimedPassword;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::delivery::TokenDelivery;
use super::view::{LoginView, admit};
use crate::extract::{Body, RequestOrigin, Valid, optional};
use crate::problem::Problem;
use crate::state::Api;

/// A link that waits, and the password of the account.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "ConfirmLink")]
pub(super) struct ConfirmLinkBody {
    /// The token that the exchange answered.
    #[garde(length(bytes, max = 512))]
    #[schema(example = "sho_…")]
    link_token: String,
    /// The password of the account that has the address.
    #[garde(length(bytes, max = 1024))]
    #[schema(example = "correct horse battery", format = Password)]
    password: String,
    /// Where the refresh token goes: `body`, or `cookie`, which no script of a page can read.
    #[garde(custom(optional(TokenDelivery::parse)))]
    #[schema(example = "body")]
    token_delivery: Option<String>,
}

impl Body for ConfirmLinkBody {}

/// Confirm that an account and a provider's identity are yours
///
/// Goes on where an exchange answered `link_required`. The password counts as one that is tried at `POST /api/auth/login`. You are
/// signed in by it, or asked for your second factor.
#[utoipa::path(
    tag = "auth",
    request_body = ConfirmLinkBody,
    responses(
        (status = 200, description = "Linked; the account and tokens, or the demand for a second factor", body = LoginView),
        (status = 400, description = "`token_invalid`: go to the provider again"),
        (status = 401, description = "`invalid_credentials`"),
        (status = 403, description = "`account_suspended`, told only after the right password"),
        (status = 409, description = "`identity_taken`, `provider_already_linked`"),
    )
)]
#[post("/api/auth/link/confirm")]
pub(super) async fn confirm_link(
    request: HttpRequest,
    RequestOrigin(origin): RequestOrigin,
    body: Valid<ConfirmLinkBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let delivery = TokenDelivery::asked(body.token_delivery.as_deref())?;
    let pending = api.confirm_link.read(body.link_token.trim()).await?;
    api.limits
        .credentials(&request, origin.ip, &pending.counted_as())
        .await?;
    let password = ClaimedPassword::new(body.password);
    let confirmed = api.confirm_link.run(pending, &password, &origin).await;
    let admission = confirmed.inspect_err(|error| {
        if matches!(error, ConfirmLinkError::InvalidCredentials) {
            metrics::counter!("failed_logins_total").increment(1);
        }
    })?;
    Ok(admit(&admission, delivery, api.clock.now()))
}
