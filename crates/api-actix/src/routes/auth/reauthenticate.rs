//! `POST /api/auth/reauthenticate`

use actix_web::{HttpRequest, HttpResponse, post, web};
use domain::account::password::ClaimedPassword;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::refresh::RefreshedView;
use crate::extract::{Body, SignedIn, Valid};
use crate::problem::Problem;
use crate::state::Api;

/// The password of who is signed in.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "Reauthenticate")]
pub(super) struct ReauthenticateBody {
    /// The password of now.
    #[garde(length(bytes, max = 1024))]
    #[schema(example = "correct horse battery", format = Password)]
    password: String,
}

impl Body for ReauthenticateBody {}

/// Prove once more who you are
///
/// Sensitive acts ask for a proof that is less than ten minutes old, and answer 403 `reauth_required` without. The answer is
/// tokens of the same session. A wrong password counts like a failed sign-in.
#[utoipa::path(
    tag = "auth",
    security(("bearer" = [])),
    request_body = ReauthenticateBody,
    responses(
        (status = 200, description = "Tokens with a fresh `auth_time`", body = RefreshedView),
        (status = 403, description = "`wrong_password`, `account_suspended`"),
    )
)]
#[post("/api/auth/reauthenticate")]
pub(super) async fn reauthenticate_user(
    request: HttpRequest,
    SignedIn(actor): SignedIn,
    body: Valid<ReauthenticateBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    api.limits.own_credentials(&request, &actor).await?;
    let password = ClaimedPassword::new(body.into_inner().password);
    let tokens = api.reauthenticate.run(&actor, &password).await?;
    Ok(HttpResponse::Ok().json(RefreshedView::at(&tokens, api.clock.now())))
}
