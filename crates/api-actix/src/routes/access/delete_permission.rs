//! `DELETE /api/permissions/{name}`

use actix_web::{HttpResponse, delete, web};
use domain::access::edit::PermissionEdit;
use domain::access::proof::ManagePermissions;

use super::view::{EditQuery, ImpactView};
use crate::extract::{Authorized, PathPermission, Query};
use crate::problem::Problem;
use crate::state::Api;

/// Delete a permission
///
/// Every role loses it. One that the platform itself asks for stays.
#[utoipa::path(
    tag = "access",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("permissions.manage"))),
    params(("name" = String, Path, description = "The permission"), EditQuery),
    responses(
        (status = 204, description = "It is gone, on every node within a second"),
        (status = 200, description = "With `dry_run`: who would lose it", body = ImpactView),
        (status = 403, description = "`beyond_your_permissions`: you do not hold it"),
        (status = 409, description = "`built_in`: the platform asks for it"),
    )
)]
#[delete("/api/permissions/{name}")]
pub(super) async fn delete_permission(
    Authorized(by): Authorized<ManagePermissions>,
    PathPermission(permission): PathPermission,
    Query(query): Query<EditQuery>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let edit = PermissionEdit::Delete { permission };
    let by = by.into();
    if query.dry_run {
        let impact = api.edit_access.rehearse_permission(&by, edit).await?;
        return Ok(HttpResponse::Ok().json(ImpactView::from(&impact)));
    }
    api.edit_access.permission(&by, edit).await?;
    Ok(HttpResponse::NoContent().finish())
}
