//! `POST /api/users/me/email`

use actix_web::{HttpRequest, HttpResponse, post, web};
use domain::account::email::Email;
use domain::account::password::ClaimedPassword;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::{Body, Fresh, Valid, checked, rule};
use crate::problem::Problem;
use crate::state::Api;

/// The address to come, and the password of now.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "ChangeEmail")]
pub(super) struct ChangeEmailBody {
    /// The address to come.
    #[garde(custom(rule(Email::parse)))]
    #[schema(example = "ada@example.com")]
    email: String,
    /// The password of now.
    #[garde(length(bytes, max = 1024))]
    #[schema(example = "correct horse battery", format = Password)]
    password: String,
}

impl Body for ChangeEmailBody {}

/// Ask for another address
///
/// Asks for a proof of who you are that is less than ten minutes old, and for the password; a wrong one counts like a failed sign-in.
/// The new address gets a token for `POST /api/auth/email/confirm` and nothing changes before that; the one of now gets a token for
/// `POST /api/auth/email/undo`, good for seven days. The answer is the same for an address that somebody else has. At most three
/// requests an hour send mails, counted for the account and for the new address; a newer one replaces the older, and a new password
/// cancels it.
#[utoipa::path(
    tag = "users",
    security(("bearer" = [])),
    request_body = ChangeEmailBody,
    responses(
        (status = 202, description = "The mails are on their way"),
        (status = 403, description = "`wrong_password`, `reauth_required`, `account_suspended`"),
    )
)]
#[post("/api/users/me/email")]
pub(super) async fn change_email(
    request: HttpRequest,
    Fresh(by): Fresh,
    body: Valid<ChangeEmailBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let email = checked("email", Email::parse(&body.email))?;
    api.count_own_guess(&request, by.actor()).await?;
    let password = ClaimedPassword::new(body.password);
    api.change_email.run(&by, &email, &password).await?;
    Ok(HttpResponse::Accepted().finish())
}
