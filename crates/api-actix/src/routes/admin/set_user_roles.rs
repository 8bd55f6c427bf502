//! `PUT /api/admin/users/{id}/roles`

use std::collections::BTreeSet;

use actix_web::{HttpResponse, put, web};
use domain::access::edit::{MOST_ROLES, RoleAssignment};
use domain::access::proof::GrantRoles;
use domain::access::role::RoleName;
use domain::id::UserId;
use domain::violation::{Unit, Violation};
use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::{Authorized, Body, PathUser, Query, Valid, checked, every};
use crate::problem::Problem;
use crate::routes::access::view::{EditQuery, ImpactView};
use crate::state::Api;

/// Everything that the account holds from now on.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "UserRoles")]
pub(super) struct UserRolesBody {
    /// Names of roles; what is left out is taken away.
    #[garde(custom(every(RoleName::parse, role_list)))]
    #[schema(example = json!(["user", "premium_user"]))]
    roles: Vec<String>,
}

impl Body for UserRolesBody {}

/// Whether names make a good set of roles.
fn role_list(roles: Vec<RoleName>) -> Result<(), Violation> {
    role_set(roles).map(drop)
}

fn role_set(roles: Vec<RoleName>) -> Result<BTreeSet<RoleName>, Violation> {
    if roles.len() > MOST_ROLES {
        return Err(Violation::TooLong {
            max: MOST_ROLES,
            unit: Unit::Items,
        });
    }
    Ok(roles.into_iter().collect())
}

impl UserRolesBody {
    fn into_assignment(self, user: UserId) -> Result<RoleAssignment, Problem> {
        let roles: Result<Vec<_>, _> = self
            .roles
            .iter()
            .map(|role| RoleName::parse(role))
            .collect();
        Ok(RoleAssignment {
            user,
            roles: checked("roles", roles.and_then(role_set))?,
        })
    }
}

/// Set the roles of an account
///
/// Who granted what stays, and when, is kept. Every node goes by it within a second. You must hold all that the account may do,
/// before and after; the last account that administers the platform goes on doing so.
#[utoipa::path(
    tag = "admin",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("users.roles"))),
    params(("id" = uuid::Uuid, Path, description = "The account"), EditQuery),
    request_body = UserRolesBody,
    responses(
        (status = 204, description = "The account holds exactly these roles"),
        (status = 200, description = "With `dry_run`: what it would gain and lose", body = ImpactView),
        (status = 403, description = "`stands_above_you`: the account holds permissions that you do not hold; `beyond_your_permissions`: the roles would give such"),
        (status = 409, description = "`last_admin`"),
    )
)]
#[put("/api/admin/users/{id}/roles")]
pub(super) async fn set_user_roles(
    Authorized(by): Authorized<GrantRoles>,
    PathUser(user): PathUser,
    Query(query): Query<EditQuery>,
    body: Valid<UserRolesBody>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let assignment = body.into_inner().into_assignment(user)?;
    let by = by.into();
    if query.dry_run {
        let impact = api.edit_access.rehearse_assignment(&by, assignment).await?;
        return Ok(HttpResponse::Ok().json(ImpactView::from(&impact)));
    }
    api.edit_access.assign(&by, assignment).await?;
    Ok(HttpResponse::NoContent().finish())
}
