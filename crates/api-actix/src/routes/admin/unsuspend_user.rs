//! `POST /api/admin/users/{id}/unsuspend`

use actix_web::{HttpResponse, post, web};
use domain::access::proof::SuspendUsers;

use crate::extract::{Authorized, PathUser};
use crate::problem::Problem;
use crate::state::Api;

/// Lift a suspension
///
/// Its person can sign in again, and is told by mail.
#[utoipa::path(
    tag = "admin",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("users.suspend"))),
    params(("id" = uuid::Uuid, Path, description = "The account")),
    responses(
        (status = 204, description = "The account is active"),
        (status = 403, description = "`permission_denied`; `stands_above_you`: the account holds permissions that you do not hold"),
        (status = 409, description = "`wrong_state`: it is not suspended"),
    )
)]
#[post("/api/admin/users/{id}/unsuspend")]
pub(super) async fn unsuspend_user(
    Authorized(by): Authorized<SuspendUsers>,
    PathUser(user): PathUser,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    api.act_on_account.lift_suspension(&by.into(), user).await?;
    Ok(HttpResponse::NoContent().finish())
}
