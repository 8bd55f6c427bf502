//! `GET /api/roles`

use actix_web::{HttpResponse, get, web};
use domain::access::proof::ReadRoles;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::RoleView;
use crate::extract::Authorized;
use crate::problem::Problem;
use crate::state::Api;

/// All roles: at most 200, so there is one page.
#[derive(Serialize, ToSchema)]
#[schema(title = "Roles")]
pub(super) struct RolesView {
    items: Vec<RoleView>,
    /// Always `null`.
    next_cursor: Option<String>,
    /// Always `null`.
    prev_cursor: Option<String>,
}

/// List roles
///
/// Sorted by name, each with what it permits and how many hold it.
#[utoipa::path(
    tag = "access",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("roles.read"))),
    responses((status = 200, description = "All roles", body = RolesView))
)]
#[get("/api/roles")]
pub(super) async fn list_roles(
    Authorized(by): Authorized<ReadRoles>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let roles = api.read_access.list(&by.into()).await?;
    Ok(HttpResponse::Ok().json(RolesView {
        items: roles.iter().map(RoleView::from).collect(),
        next_cursor: None,
        prev_cursor: None,
    }))
}
