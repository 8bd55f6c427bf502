//! `DELETE /api/admin/users/{id}`

use actix_web::{HttpResponse, delete, web};
use domain::access::proof::DeleteUsers;

use crate::extract::{Authorized, PathUser};
use crate::problem::Problem;
use crate::state::Api;

/// Delete an account
///
/// Softly: its sessions end, its scripts are hidden, and for 30 days staff, and only staff, can bring it back.
#[utoipa::path(
    tag = "admin",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("users.delete"))),
    params(("id" = uuid::Uuid, Path, description = "The account")),
    responses(
        (status = 204, description = "The account is deleted on every node"),
        (status = 403, description = "`permission_denied`; `stands_above_you`: the account holds permissions that you do not hold"),
        (status = 409, description = "`wrong_state`: it is deleted already; `own_account`; `last_admin`"),
    )
)]
#[delete("/api/admin/users/{id}")]
pub(super) async fn delete_user(
    Authorized(by): Authorized<DeleteUsers>,
    PathUser(user): PathUser,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    api.act_on_account.delete(&by.into(), user).await?;
    Ok(HttpResponse::NoContent().finish())
}
