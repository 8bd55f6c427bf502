//! `POST /api/permissions`

use actix_web::{HttpResponse, post, web};
use domain::access::edit::PermissionEdit;
use domain::access::permission_name::PermissionName;
use domain::access::proof::ManagePermissions;
use domain::access::role::Purpose;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::{EditQuery, ImpactView, PermissionView};
use crate::extract::{Authorized, Body, Query, Valid, checked, optional, rule};
use crate::problem::Problem;
use crate::reply;
use crate::state::Api;

/// A permission that is not there yet.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "CreatePermission")]
pub(super) struct CreatePermissionBody {
    /// `resource.action`, in lower-case letters, digits and underscores; 3 to 64 characters; it stays.
    #[garde(custom(rule(PermissionName::parse)))]
    #[schema(example = "bundles.publish")]
    name: String,
    /// What it permits, in one line of up to 200 characters.
    #[garde(custom(optional(Purpose::parse)))]
    #[schema(example = "Publish bundles of scripts")]
    description: Option<String>,
}

impl Body for CreatePermissionBody {}

/// Make a permission
///
/// `admin` gets it, and can give it to other roles. The platform itself asks only for those that are `built_in`; others are for
/// programs around it.
#[utoipa::path(
    tag = "access",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("permissions.manage"))),
    params(EditQuery),
    request_body = CreatePermissionBody,
    responses(
        (status = 201, description = "The permission, with `Location`", body = PermissionView),
        (status = 200, description = "With `dry_run`: who would gain it", body = ImpactView),
        (status = 409, description = "`name_taken`; `too_many`: there are 500 permissions"),
    )
)]
#[post("/api/permissions")]
pub(super) async fn create_permission(
    Authorized(by): Authorized<ManagePermissions>,
    Query(query): Query<EditQuery>,
    body: Valid<CreatePermissionBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let purpose = body.description.as_deref().map(Purpose::parse).transpose();
    let name = checked("name", PermissionName::parse(&body.name))?;
    let edit = PermissionEdit::Create {
        permission: name.clone(),
        purpose: checked("description", purpose)?.unwrap_or_default(),
    };
    let by = by.into();
    if query.dry_run {
        let impact = api.edit_access.rehearse_permission(&by, edit).await?;
        return Ok(HttpResponse::Ok().json(ImpactView::from(&impact)));
    }
    api.edit_access.permission(&by, edit).await?;
    let permission = api.read_access.permission_after_edit(&name).await?;
    let view = PermissionView::from(&permission);
    let created = reply::created(format!("/api/permissions/{name}"), None, &view)?;
    Ok(reply::send(created, false))
}
