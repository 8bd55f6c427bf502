//! `POST /api/auth/mfa`

use actix_web::{HttpRequest, HttpResponse, post, web};
use application::sessions::complete_sign_in::CompleteSignInError;
use domain::account::second_factor::ClaimedCode;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::delivery::{TokenDelivery, deliver};
use super::view::SignedInView;
use crate::extract::{Body, RequestOrigin, Valid, optional};
use crate::problem::Problem;
use crate::state::Api;

/// The second half of a sign-in.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "CompleteLogin")]
pub(super) struct CompleteLoginBody {
    /// The token of the first half.
    #[garde(length(bytes, max = 512))]
    #[schema(example = "sho_…")]
    mfa_token: String,
    /// The six digits of the authenticator, or a recovery code.
    #[garde(length(bytes, max = 1024))]
    #[schema(example = "123456")]
    code: String,
    /// Where the refresh token goes: `body`, or `cookie`, which no script of a page can read.
    #[garde(custom(optional(TokenDelivery::parse)))]
    #[schema(example = "body")]
    token_delivery: Option<String>,
}

impl Body for CompleteLoginBody {}

/// Sign in with the second factor
///
/// Goes on where a sign-in answered `mfa_required`. Its token is good for five minutes and five tries; a code works once.
#[utoipa::path(
    tag = "auth",
    request_body = CompleteLoginBody,
    responses(
        (status = 200, description = "The account, and tokens of a new session", body = SignedInView),
        (status = 401, description = "`mfa_token_invalid`: sign in again; `mfa_code_invalid`: try another code"),
        (status = 403, description = "`account_suspended`"),
    )
)]
#[post("/api/auth/mfa")]
pub(super) async fn complete_login(
    request: HttpRequest,
    RequestOrigin(origin): RequestOrigin,
    body: Valid<CompleteLoginBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let delivery = TokenDelivery::asked(body.token_delivery.as_deref())?;
    let half = api.complete_sign_in.read(body.mfa_token.trim()).await?;
    api.count_guess(&request, origin.ip, half.user()).await?;
    let code = ClaimedCode::new(body.code);
    let completed = api.complete_sign_in.run(half, &code, &origin).await;
    let signed_in = completed.inspect_err(|error| {
        if matches!(error, CompleteSignInError::WrongCode) {
            metrics::counter!("failed_logins_total").increment(1);
        }
    })?;
    let (answer, now) = (HttpResponse::Ok(), api.clock.now());
    Ok(deliver(answer, delivery, &signed_in.tokens, now, |token| {
        SignedInView::with(&signed_in, token)
    }))
}
