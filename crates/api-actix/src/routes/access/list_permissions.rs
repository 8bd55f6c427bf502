//! `GET /api/permissions`

use actix_web::{HttpResponse, get, web};
use domain::access::proof::ReadRoles;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::PermissionView;
use crate::extract::Authorized;
use crate::problem::Problem;
use crate::state::Api;

/// All permissions: at most 500, so there is one page.
#[derive(Serialize, ToSchema)]
#[schema(title = "Permissions")]
pub(super) struct PermissionsView {
    items: Vec<PermissionView>,
    /// Always `null`.
    next_cursor: Option<String>,
    /// Always `null`.
    prev_cursor: Option<String>,
}

/// List permissions
///
/// Sorted by name, each with the roles that give it.
#[utoipa::path(
    tag = "access",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("roles.read"))),
    responses((status = 200, description = "All permissions", body = PermissionsView))
)]
#[get("/api/permissions")]
pub(super) async fn list_permissions(
    Authorized(by): Authorized<ReadRoles>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let permissions = api.read_access.list_permissions(&by.into()).await?;
    Ok(HttpResponse::Ok().json(PermissionsView {
        items: permissions.iter().map(PermissionView::from).collect(),
        next_cursor: None,
        prev_cursor: None,
    }))
}
