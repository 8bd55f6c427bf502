//! `PUT /api/auth/password`

use actix_web::{HttpRequest, HttpResponse, put, web};
use domain::account::password::{ClaimedPassword, NewPassword};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::{Body, SignedIn, Valid, checked, rule};
use crate::problem::Problem;
use crate::state::Api;

/// The current password and the one to set.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "ChangePassword")]
pub(super) struct ChangeBody {
    /// The password of now.
    #[garde(length(bytes, max = 1024))]
    #[schema(example = "correct horse battery", format = Password)]
    current_password: String,
    /// 8 to 71 bytes that are not easy to guess.
    #[garde(custom(rule(NewPassword::parse)))]
    #[schema(example = "staple weaves carpets", format = Password)]
    new_password: String,
}

impl Body for ChangeBody {}

/// Change your password
///
/// Ends your other sessions and mails a notice. A wrong current password counts like a failed sign-in.
#[utoipa::path(
    tag = "auth",
    security(("bearer" = [])),
    request_body = ChangeBody,
    responses(
        (status = 204, description = "The password is changed"),
        (status = 403, description = "`wrong_password`, `account_suspended`"),
        (status = 422, description = "`validation_failed`, `weak_password`"),
    )
)]
#[put("/api/auth/password")]
pub(super) async fn change_password(
    request: HttpRequest,
    SignedIn(actor): SignedIn,
    body: Valid<ChangeBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let new = checked("new_password", NewPassword::parse(&body.new_password))?;
    api.count_own_guess(&request, &actor).await?;
    let current = ClaimedPassword::new(body.current_password);
    api.change_password.run(&actor, &current, &new).await?;
    Ok(HttpResponse::NoContent().finish())
}
