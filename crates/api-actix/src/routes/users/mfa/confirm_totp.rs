//! `POST /api/users/me/mfa/totp/confirm`

use actix_web::{HttpRequest, HttpResponse, post, web};
use domain::account::second_factor::ClaimedCode;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{Body, SignedIn, Valid};
use crate::problem::Problem;
use crate::state::Api;

/// The first code of an authenticator.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "ConfirmTotp")]
pub(super) struct ConfirmTotpBody {
    /// The six digits that it shows now.
    #[garde(length(bytes, max = 1024))]
    #[schema(example = "123456")]
    code: String,
}

impl Body for ConfirmTotpBody {}

/// What to keep for the day the authenticator is lost; shown once.
#[derive(Serialize, ToSchema)]
#[schema(title = "RecoveryCodes")]
pub(super) struct RecoveryCodesView {
    /// Ten codes, each of which works once in the place of a code of the authenticator.
    #[schema(example = json!(["abcd-efgh-ijkl-mnop"]))]
    recovery_codes: Vec<String>,
}

/// Bring a second factor into force
///
/// Answers ten recovery codes, here and never again, and mails a notice. From now on signing in asks for a code. A wrong code
/// counts like a failed sign-in.
#[utoipa::path(
    tag = "users",
    security(("bearer" = [])),
    request_body = ConfirmTotpBody,
    responses(
        (status = 200, description = "The recovery codes", body = RecoveryCodesView),
        (status = 403, description = "`wrong_code`, `account_suspended`"),
        (status = 409, description = "`mfa_not_pending`"),
    )
)]
#[post("/api/users/me/mfa/totp/confirm")]
pub(super) async fn confirm_totp(
    request: HttpRequest,
    SignedIn(actor): SignedIn,
    body: Valid<ConfirmTotpBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    api.count_own_guess(&request, &actor).await?;
    let code = ClaimedCode::new(body.into_inner().code);
    let codes = api.confirm_second_factor.run(&actor, &code).await?;
    let codes = codes.iter().map(|code| code.expose().clone());
    Ok(HttpResponse::Ok().json(RecoveryCodesView {
        recovery_codes: codes.collect(),
    }))
}
