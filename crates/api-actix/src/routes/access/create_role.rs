//! `POST /api/roles`

use actix_web::{HttpResponse, post, web};
use domain::access::edit::RoleEdit;
use domain::access::permission_name::PermissionName;
use domain::access::proof::ManageRoles;
use domain::access::role::{Purpose, RoleName};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::{EditQuery, ImpactView, RoleView, address, name_list, permissions};
use crate::extract::{Authorized, Body, Query, Valid, checked, each, optional, rule};
use crate::problem::Problem;
use crate::reply;
use crate::state::Api;

/// A role that is not there yet.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "CreateRole")]
pub(super) struct CreateRoleBody {
    /// 2 to 48 lower-case letters, digits and underscores, starting with a letter; it stays.
    #[garde(custom(rule(RoleName::parse)))]
    #[schema(example = "curator")]
    name: String,
    /// What it is for, in one line of up to 200 characters.
    #[garde(custom(optional(Purpose::parse)))]
    #[schema(example = "Chooses what is featured")]
    description: Option<String>,
    /// What it permits; none of it beyond what you hold.
    #[garde(custom(each(PermissionName::parse, name_list)))]
    #[schema(example = json!(["scripts.featured"]))]
    permissions: Option<Vec<String>>,
}

impl Body for CreateRoleBody {}

impl CreateRoleBody {
    fn into_edit(self) -> Result<RoleEdit, Problem> {
        let purpose = self.description.as_deref().map(Purpose::parse).transpose();
        Ok(RoleEdit::Create {
            role: checked("name", RoleName::parse(&self.name))?,
            purpose: checked("description", purpose)?.unwrap_or_default(),
            permissions: permissions(&self.permissions.unwrap_or_default())?,
        })
    }
}

/// Make a role
///
/// Nobody holds it yet. You cannot give it what you do not hold yourself.
#[utoipa::path(
    tag = "access",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("roles.manage"))),
    params(EditQuery),
    request_body = CreateRoleBody,
    responses(
        (status = 201, description = "The role, with `Location` and `ETag`", body = RoleView),
        (status = 200, description = "With `dry_run`: nobody would be affected", body = ImpactView),
        (status = 403, description = "`beyond_your_permissions`: some of it you do not hold"),
        (status = 409, description = "`name_taken`; `too_many`: there are 200 roles"),
    )
)]
#[post("/api/roles")]
pub(super) async fn create_role(
    Authorized(by): Authorized<ManageRoles>,
    Query(query): Query<EditQuery>,
    body: Valid<CreateRoleBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let edit = body.into_inner().into_edit()?;
    let by = by.into();
    if query.dry_run {
        let impact = api.edit_access.rehearse_role(&by, edit).await?;
        return Ok(HttpResponse::Ok().json(ImpactView::from(&impact)));
    }
    let name = edit.role().clone();
    api.edit_access.role(&by, edit).await?;
    let role = api.read_access.after_edit(&name).await?;
    let view = RoleView::from(&role);
    let created = reply::created(address(&name), Some(role.revision), &view)?;
    Ok(reply::send(created, false))
}
