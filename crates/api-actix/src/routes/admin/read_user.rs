//! `GET /api/admin/users/{id}`

use actix_web::{HttpResponse, get, web};
use domain::access::proof::ReadUsers;

use super::view::DossierView;
use crate::extract::{Authorized, PathUser};
use crate::problem::Problem;
use crate::state::Api;

/// Read an account
///
/// Everything about it that staff may see: where its roles come from, its suspension, how it signs in.
#[utoipa::path(
    tag = "admin",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("users.read"))),
    params(("id" = uuid::Uuid, Path, description = "The account")),
    responses((status = 200, description = "The account", body = DossierView))
)]
#[get("/api/admin/users/{id}")]
pub(super) async fn read_user(
    Authorized(by): Authorized<ReadUsers>,
    PathUser(user): PathUser,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let dossier = api.read_accounts.find(&by.into(), user).await?;
    Ok(HttpResponse::Ok().json(DossierView::from(&dossier)))
}
