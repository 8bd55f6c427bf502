//! `POST /api/admin/users/{id}/logout`

use actix_web::{HttpResponse, post, web};
use domain::access::proof::SuspendUsers;

use crate::extract::{Authorized, PathUser};
use crate::problem::Problem;
use crate::state::Api;

/// End all sessions of an account
///
/// On every node within a second.
#[utoipa::path(
    tag = "admin",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("users.suspend"))),
    params(("id" = uuid::Uuid, Path, description = "The account")),
    responses(
        (status = 204, description = "Nobody is signed in any more"),
        (status = 403, description = "`permission_denied`; `stands_above_you`: the account holds permissions that you do not hold"),
    )
)]
#[post("/api/admin/users/{id}/logout")]
pub(super) async fn sign_out_user(
    Authorized(by): Authorized<SuspendUsers>,
    PathUser(user): PathUser,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    api.act_on_account.sign_out(&by.into(), user).await?;
    Ok(HttpResponse::NoContent().finish())
}
