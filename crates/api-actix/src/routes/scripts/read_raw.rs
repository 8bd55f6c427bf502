//! `GET`, `HEAD` `/api/scripts/{id}/versions/{version}/raw` and `/api/scripts/{id}/raw`

use actix_web::{HttpRequest, HttpResponse, route, web};
use domain::script::version::VersionSelector;

use super::raw;
use crate::extract::{Looking, PathScript, PathVersion};
use crate::problem::Problem;
use crate::state::Api;

/// Read the content of a version
///
/// Plain text with `ETag` and `Repr-Digest`, compressed for clients that accept gzip. What a number, a label or a digest names
/// may be kept for a year, `latest` for a minute, what is not public not at all.
#[utoipa::path(
    tag = "scripts",
    security((), ("bearer" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The script"),
        ("version" = String, Path, description = "A number, a label, `latest` or the SHA-256 of the content"),
    ),
    responses(
        (status = 200, description = "The content", body = String, content_type = "text/plain"),
        (status = 304, description = "You have it already"),
        (status = 410, description = "`content_erased`"),
    )
)]
#[route(
    "/api/scripts/{id}/versions/{version}/raw",
    method = "GET",
    method = "HEAD"
)]
pub(super) async fn read_raw(
    request: HttpRequest,
    Looking(viewer): Looking,
    PathScript(id): PathScript,
    PathVersion(selector): PathVersion,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    raw::answer(&request, &viewer, id, &selector, &api).await
}

/// Read the content of the newest version
#[utoipa::path(
    tag = "scripts",
    security((), ("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The script")),
    responses(
        (status = 200, description = "The content", body = String, content_type = "text/plain"),
        (status = 304, description = "You have it already"),
        (status = 410, description = "`content_erased`"),
    )
)]
#[route("/api/scripts/{id}/raw", method = "GET", method = "HEAD")]
pub(super) async fn read_latest_raw(
    request: HttpRequest,
    Looking(viewer): Looking,
    PathScript(id): PathScript,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    raw::answer(&request, &viewer, id, &VersionSelector::Latest, &api).await
}
