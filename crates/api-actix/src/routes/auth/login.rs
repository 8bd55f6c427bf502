//! `POST /api/auth/login`

use actix_web::{HttpRequest, HttpResponse, post, web};
use application::sessions::sign_in::{SignInAttempt, SignInError};
use domain::account::password::ClaimedPassword;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::delivery::TokenDelivery;
use super::view::{LoginView, admit};
use crate::extract::{Body, RequestOrigin, Valid, optional};
use crate::problem::Problem;
use crate::state::Api;

/// A try to sign in.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "Login")]
pub(super) struct LoginBody {
    /// The address of the account.
    #[garde(length(bytes, max = 1024))]
    #[schema(example = "ada@example.org")]
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

impl Body for LoginBody {}

/// Sign in with e-mail and password
///
/// Unknown, wrong and deleted are one answer in one time. An account with a second factor gets `mfa_required` and a token to go
/// on with at `POST /api/auth/mfa`, and no session yet.
#[utoipa::path(
    tag = "auth",
    request_body = LoginBody,
    responses(
        (status = 200, description = "The account, and tokens of a new session; or the demand for a second factor", body = LoginView),
        (status = 401, description = "`invalid_credentials`"),
        (status = 403, description = "`account_suspended`, told only after the right password"),
    )
)]
#[post("/api/auth/login")]
pub(super) async fn login_user(
    request: HttpRequest,
    RequestOrigin(origin): RequestOrigin,
    body: Valid<LoginBody>,
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
    let admission = api.sign_in.run(attempt).await.inspect_err(|error| {
        if matches!(error, SignInError::InvalidCredentials) {
            metrics::counter!("failed_logins_total").increment(1);
        }
    })?;
    Ok(admit(&admission, delivery, api.clock.now()))
}
