//! `POST /api/auth/reauthenticate`

use actix_web::{HttpRequest, HttpResponse, post, web};
use domain::account::password::ClaimedPassword;
use domain::account::second_factor::ClaimedCode;
use domain::violation::Violation;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::delivery::{TokenDelivery, deliver};
use super::refresh::RefreshedView;
use crate::extract::{Body, SignedIn, Valid, optional};
use crate::problem::Problem;
use crate::state::Api;

/// The password of who is signed in, or a code of their second factor: one of the two.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "Reauthenticate")]
pub(super) struct ReauthenticateBody {
    /// The password of now.
    #[garde(length(bytes, max = 1024))]
    #[schema(example = "correct horse battery", format = Password)]
    password: Option<String>,
    /// The six digits of the authenticator, or a recovery code.
    #[garde(length(bytes, max = 1024))]
    code: Option<String>,
    /// Where the refresh token goes: `body`, or `cookie`, which no script of a page can read.
    #[garde(custom(optional(TokenDelivery::parse)))]
    #[schema(example = "body")]
    token_delivery: Option<String>,
}

/// What is shown as a proof.
enum Claim {
    Password(ClaimedPassword),
    Code(ClaimedCode),
}

impl ReauthenticateBody {
    fn into_claim(self) -> Result<Claim, Problem> {
        match (self.password, self.code) {
            (Some(password), None) => Ok(Claim::Password(ClaimedPassword::new(password))),
            (None, Some(code)) => Ok(Claim::Code(ClaimedCode::new(code))),
            (None, None) => Err(Problem::field("password", &Violation::Required)),
            (Some(_), Some(_)) => {
                let alone = Violation::Malformed("left out where there is a password");
                Err(Problem::field("code", &alone))
            }
        }
    }
}

impl Body for ReauthenticateBody {}

/// Prove once more who you are
///
/// Sensitive acts ask for a proof that is less than ten minutes old, and answer 403 `reauth_required` without. The answer is
/// tokens of the same session. A wrong password or code counts like a failed sign-in. Send one of the two; a code works once.
#[utoipa::path(
    tag = "auth",
    security(("bearer" = [])),
    request_body = ReauthenticateBody,
    responses(
        (status = 200, description = "Tokens with a fresh `auth_time`", body = RefreshedView),
        (status = 403, description = "`wrong_password`, `wrong_code`, `account_suspended`"),
    )
)]
#[post("/api/auth/reauthenticate")]
pub(super) async fn reauthenticate_user(
    request: HttpRequest,
    SignedIn(actor): SignedIn,
    body: Valid<ReauthenticateBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let delivery = TokenDelivery::asked(body.token_delivery.as_deref())?;
    let claim = body.into_claim()?;
    api.count_own_guess(&request, &actor).await?;
    let proven = match &claim {
        Claim::Password(password) => api.reauthenticate.run(&actor, password).await,
        Claim::Code(code) => api.reauthenticate.run_by_code(&actor, code).await,
    };
    let tokens = proven?;
    let (answer, now) = (HttpResponse::Ok(), api.clock.now());
    Ok(deliver(answer, delivery, &tokens, now, RefreshedView::from))
}
