//! `PATCH /api/permissions/{name}`

use actix_web::{HttpResponse, patch, web};
use domain::access::edit::PermissionEdit;
use domain::access::proof::ManagePermissions;
use domain::access::role::Purpose;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::{EditQuery, ImpactView, PermissionView};
use crate::extract::{Authorized, Body, PathPermission, Query, Valid, checked, rule};
use crate::problem::Problem;
use crate::state::Api;

/// What changes.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "UpdatePermission")]
pub(super) struct UpdatePermissionBody {
    /// What it permits, in one line of up to 200 characters.
    #[garde(custom(rule(Purpose::parse)))]
    #[schema(example = "Publish bundles of scripts")]
    description: String,
}

impl Body for UpdatePermissionBody {}

/// Say what a permission permits
///
/// Its name stays.
#[utoipa::path(
    tag = "access",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("permissions.manage"))),
    params(("name" = String, Path, description = "The permission"), EditQuery),
    request_body = UpdatePermissionBody,
    responses((status = 200, description = "The permission as it is now; with `dry_run` an `Impact` on nobody", body = PermissionView))
)]
#[patch("/api/permissions/{name}")]
pub(super) async fn update_permission(
    Authorized(by): Authorized<ManagePermissions>,
    PathPermission(name): PathPermission,
    Query(query): Query<EditQuery>,
    body: Valid<UpdatePermissionBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let purpose = Purpose::parse(&body.into_inner().description);
    let edit = PermissionEdit::Describe {
        permission: name.clone(),
        purpose: checked("description", purpose)?,
    };
    let by = by.into();
    if query.dry_run {
        let impact = api.edit_access.rehearse_permission(&by, edit).await?;
        return Ok(HttpResponse::Ok().json(ImpactView::from(&impact)));
    }
    api.edit_access.permission(&by, edit).await?;
    let permission = api.read_access.permission_after_edit(&name).await?;
    Ok(HttpResponse::Ok().json(PermissionView::from(&permission)))
}
