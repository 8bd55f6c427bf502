//! `GET /api/scripts/{id}`

use actix_web::{HttpRequest, HttpResponse, get, web};

use super::view::ScriptView;
use crate::extract::{Looking, PathScript};
use crate::problem::Problem;
use crate::reply;
use crate::state::Api;

/// Read a script
#[utoipa::path(
    tag = "scripts",
    security((), ("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The script")),
    responses(
        (status = 200, description = "The script, with `ETag`", body = ScriptView),
        (status = 304, description = "You have it already"),
    )
)]
#[get("/api/scripts/{id}")]
pub(super) async fn read_script(
    request: HttpRequest,
    Looking(viewer): Looking,
    PathScript(id): PathScript,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let detail = api.scripts.read.by_id(&viewer, id).await?;
    reply::tagged(&request, detail.script.revision, &ScriptView::from(&detail))
}
