//! `GET /api/scripts/{id}/versions/{version}`

use actix_web::{HttpResponse, get, web};

use super::view::VersionView;
use crate::extract::{Looking, PathScript, PathVersion};
use crate::problem::Problem;
use crate::state::Api;

/// Read about a version
#[utoipa::path(
    tag = "scripts",
    security((), ("bearer" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The script"),
        ("version" = String, Path, description = "A number, a label, `latest` or the SHA-256 of the content"),
    ),
    responses((status = 200, description = "The version, without its content", body = VersionView))
)]
#[get("/api/scripts/{id}/versions/{version}")]
pub(super) async fn read_version(
    Looking(viewer): Looking,
    PathScript(id): PathScript,
    PathVersion(selector): PathVersion,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let found = api
        .scripts
        .read_versions
        .find(&viewer, id, &selector)
        .await?;
    Ok(HttpResponse::Ok().json(VersionView::from(&found.version)))
}
