//! `GET /api/roles/{name}`

use actix_web::{HttpRequest, HttpResponse, get, web};
use domain::access::proof::ReadRoles;

use super::view::RoleView;
use crate::extract::{Authorized, PathRole};
use crate::problem::Problem;
use crate::reply;
use crate::state::Api;

/// Read a role
#[utoipa::path(
    tag = "access",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("roles.read"))),
    params(("name" = String, Path, description = "The role")),
    responses(
        (status = 200, description = "The role, with `ETag`", body = RoleView),
        (status = 304, description = "You have it already"),
    )
)]
#[get("/api/roles/{name}")]
pub(super) async fn read_role(
    request: HttpRequest,
    Authorized(by): Authorized<ReadRoles>,
    PathRole(name): PathRole,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let role = api.read_access.find(&by.into(), &name).await?;
    reply::tagged(&request, role.revision, &RoleView::from(&role))
}
