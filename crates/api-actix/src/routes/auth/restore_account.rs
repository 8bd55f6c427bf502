//! `POST /api/auth/restore`

use actix_web::{HttpRequest, HttpResponse, post, web};
use application::sessions::sign_in::SignInAttempt;
use domain::account::password::ClaimedPassword;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::delivery::TokenDelivery;
use super::view::{LoginView, admit};
use crate::extract::{Body, RequestOrigin, Valid, optional};
use crate::problem::Problem;
use crate::state::Api;

/// The credentials of a deleted account.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "RestoreAccount")]
pub(super) struct RestoreBody {
    /// The address of the account.
    #[garde(length(bytes, max = 1024))]
    #[schema(example = "charles@example.org")]
    email: String,
    /// Its password.
    #[garde(length(bytes, max = 1024))]
    #[schema(example = "correct horse battery", format = Password)]
    password: String,
    /// Where the refresh token goes: `body`, or `cookie`, which no script of a page can read.
    #[garde(custom(optional(TokenDelivery::parse)))]
    #[schema(example = "body")]
    token_delivery: Option<String>,
}

impl Body for RestoreBody {}

/// Bring your deleted account back
///
/// Within 30 days of its deletion; you are signed in by it, or asked for your second factor, and your scripts are shown again.
/// Unknown, wrong, not deleted and too late are one answer in one time.
#[utoipa::path(
    tag = "auth",
    request_body = RestoreBody,
    responses(
        (status = 200, description = "The account, and tokens of a new session; or the demand for a second factor", body = LoginView),
        (status = 401, description = "`invalid_credentials`"),
    )
)]
#[post("/api/auth/restore")]
pub(super) async fn restore_account(
    request: HttpRequest,
    RequestOrigin(origin): RequestOrigin,
    body: Valid<RestoreBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let delivery = TokenDelivery::asked(body.token_delivery.as_deref())?;
    api.limits
        .credentials(&request, origin.ip, &body.email)
        .await?;
    let attempt = SignInAttempt {
        email: body.email,
        password: ClaimedPassword::new(body.password),
        origin,
    };
    api.restore_account.run(&attempt).await?;
    let admission = api.sign_in.run(attempt).await?;
    Ok(admit(&admission, delivery, api.clock.now()))
}
