//! `DELETE /api/roles/{name}`

use actix_web::{HttpResponse, delete, web};
use application::access::edit::EditAccessError;
use domain::access::edit::RoleEdit;
use domain::access::proof::ManageRoles;
use domain::access::role::RoleName;
use domain::violation::Violation;
use garde::Validate;
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::ImpactView;
use crate::extract::{Authorized, OptionalIfMatch, PathRole, Query, checked, optional};
use crate::problem::Problem;
use crate::state::Api;

/// What becomes of those who hold it.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DeleteRoleQuery {
    /// Another role, which everybody who holds this one gets instead.
    #[garde(custom(optional(RoleName::parse)))]
    #[param(example = "user")]
    reassign_to: Option<String>,
    /// Change nothing, and answer whom the change would affect and how.
    #[serde(default)]
    #[garde(skip)]
    dry_run: bool,
}

/// Delete a role
///
/// One that accounts hold only with `reassign_to`. You must hold all that it permits, and all that the other one permits.
#[utoipa::path(
    tag = "access",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("roles.manage"))),
    params(
        ("name" = String, Path, description = "The role"),
        DeleteRoleQuery,
        ("If-Match" = Option<String>, Header, description = "The `ETag` you have read, to delete only that state"),
    ),
    responses(
        (status = 204, description = "It is gone, on every node within a second"),
        (status = 200, description = "With `dry_run`: who would gain and lose what", body = ImpactView),
        (status = 403, description = "`beyond_your_permissions`"),
        (status = 409, description = "`role_in_use`: accounts hold it, `detail` says how many; `built_in`: the platform cannot do without it"),
        (status = 412, description = "`precondition_failed`"),
    )
)]
#[delete("/api/roles/{name}")]
pub(super) async fn delete_role(
    Authorized(by): Authorized<ManageRoles>,
    PathRole(role): PathRole,
    Query(query): Query<DeleteRoleQuery>,
    OptionalIfMatch(expected): OptionalIfMatch,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let reassign_to = query.reassign_to.as_deref().map(RoleName::parse);
    let edit = RoleEdit::Delete {
        role,
        reassign_to: checked("reassign_to", reassign_to.transpose())?,
        expected,
    };
    let by = by.into();
    if query.dry_run {
        let impact = api.edit_access.rehearse_role(&by, edit).await;
        let impact = impact.map_err(problem)?;
        return Ok(HttpResponse::Ok().json(ImpactView::from(&impact)));
    }
    api.edit_access.role(&by, edit).await.map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}

fn problem(error: EditAccessError) -> Problem {
    match error {
        EditAccessError::UnknownRoles(_) => {
            let known = Violation::Unknown("the other roles that there are");
            Problem::field("reassign_to", &known)
        }
        other => other.into(),
    }
}
