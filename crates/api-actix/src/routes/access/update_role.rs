//! `PATCH /api/roles/{name}`

use actix_web::{HttpRequest, HttpResponse, patch, web};
use domain::access::edit::RoleEdit;
use domain::access::proof::ManageRoles;
use domain::access::role::Purpose;
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::{EditQuery, ImpactView, RoleView};
use crate::extract::{Authorized, Body, IfMatch, PathRole, Query, Valid, checked, rule};
use crate::problem::Problem;
use crate::reply;
use crate::state::Api;

/// What changes.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "UpdateRole")]
pub(super) struct UpdateRoleBody {
    /// What it is for, in one line of up to 200 characters.
    #[garde(custom(rule(Purpose::parse)))]
    #[schema(example = "Chooses what is featured")]
    description: String,
}

impl Body for UpdateRoleBody {}

/// Say what a role is for
///
/// What it permits is changed at `PUT /api/roles/{name}/permissions`; its name stays.
#[utoipa::path(
    tag = "access",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("roles.manage"))),
    params(
        ("name" = String, Path, description = "The role"),
        EditQuery,
        ("If-Match" = String, Header, description = "The `ETag` you have read"),
    ),
    request_body = UpdateRoleBody,
    responses(
        (status = 200, description = "The role as it is now, with `ETag`; with `dry_run` an `Impact` on nobody", body = RoleView),
        (status = 403, description = "`beyond_your_permissions`: it permits what you may not"),
        (status = 412, description = "`precondition_failed`"),
        (status = 428, description = "`precondition_required`"),
    )
)]
#[patch("/api/roles/{name}")]
pub(super) async fn update_role(
    request: HttpRequest,
    Authorized(by): Authorized<ManageRoles>,
    PathRole(name): PathRole,
    Query(query): Query<EditQuery>,
    IfMatch(expected): IfMatch,
    body: Valid<UpdateRoleBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let purpose = Purpose::parse(&body.into_inner().description);
    let edit = RoleEdit::Describe {
        role: name.clone(),
        purpose: checked("description", purpose)?,
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
