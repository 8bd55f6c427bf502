//! `POST /api/admin/users/{id}/restore`

use actix_web::{HttpResponse, post, web};
use domain::access::proof::RestoreUsers;

use crate::extract::{Authorized, PathUser};
use crate::problem::Problem;
use crate::state::Api;

/// Restore a deleted account
///
/// Within 30 days of its deletion. A suspension that it had comes back with it.
#[utoipa::path(
    tag = "admin",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("users.restore"))),
    params(("id" = uuid::Uuid, Path, description = "The account")),
    responses(
        (status = 204, description = "The account is back"),
        (status = 403, description = "`permission_denied`; `stands_above_you`: the account holds permissions that you do not hold"),
        (status = 409, description = "`wrong_state`: it is not deleted, or was deleted too long ago"),
    )
)]
#[post("/api/admin/users/{id}/restore")]
pub(super) async fn restore_user(
    Authorized(by): Authorized<RestoreUsers>,
    PathUser(user): PathUser,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    api.act_on_account.restore(&by.into(), user).await?;
    Ok(HttpResponse::NoContent().finish())
}
