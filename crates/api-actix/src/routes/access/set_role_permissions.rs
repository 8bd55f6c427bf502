//! `PUT /api/roles/{name}/permissions`

use actix_web::{HttpRequest, HttpResponse, put, web};
use domain::access::edit::RoleEdit;
use domain::access::permission_name::PermissionName;
use domain::access::proof::ManageRoles;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::{EditQuery, ImpactView, RoleView, name_list, permissions};
use crate::extract::{Authorized, Body, IfMatch, PathRole, Query, Valid, every};
use crate::problem::Problem;
use crate::reply;
use crate::state::Api;

/// Everything that the role permits from now on.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "RolePermissions")]
pub(super) struct RolePermissionsBody {
    /// Names of permissions; what is left out is taken away.
    #[garde(custom(every(PermissionName::parse, name_list)))]
    #[schema(example = json!(["scripts.featured"]))]
    permissions: Vec<String>,
}

impl Body for RolePermissionsBody {}

/// Set what a role permits
///
/// Every node goes by it within a second, for everybody who holds the role. You must hold all that the role permits, before and
/// after. `admin` always permits everything.
#[utoipa::path(
    tag = "access",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("roles.manage"))),
    params(
        ("name" = String, Path, description = "The role"),
        EditQuery,
        ("If-Match" = String, Header, description = "The `ETag` of the role that you have read"),
    ),
    request_body = RolePermissionsBody,
    responses(
        (status = 200, description = "The role as it is now, with `ETag`; with `dry_run` an `Impact`: who would gain and lose what", body = RoleView),
        (status = 403, description = "`beyond_your_permissions`: some of what it permits, or would, you do not hold"),
        (status = 409, description = "`built_in`: `admin` permits everything"),
        (status = 412, description = "`precondition_failed`"),
        (status = 428, description = "`precondition_required`"),
    )
)]
#[put("/api/roles/{name}/permissions")]
pub(super) async fn set_role_permissions(
    request: HttpRequest,
    Authorized(by): Authorized<ManageRoles>,
    PathRole(name): PathRole,
    Query(query): Query<EditQuery>,
    IfMatch(expected): IfMatch,
    body: Valid<RolePermissionsBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let edit = RoleEdit::SetPermissions {
        role: name.clone(),
        permissions: permissions(&body.into_inner().permissions)?,
        expected,
    };
    let by = by.into();
    if query.dry_run {
        let impact = api.edit_access.rehearse_role(&by, edit).await?;
        return Ok(HttpResponse::Ok().json(ImpactView::from(&impact)));
    }
    api.edit_access.role(&by, edit).await?;
    let role = api.read_access.after_edit(&name).await?;
    reply::tagged(&request, role.revision, &RoleView::from(&role))
}
