//! `POST /api/scripts/{id}/restore`

use actix_web::{HttpRequest, HttpResponse, post, web};
use domain::access::proof::DeleteScripts;

use super::view::ScriptView;
use crate::extract::{Authorized, PathScript};
use crate::problem::Problem;
use crate::reply;
use crate::state::Api;

/// Restore a script that was deleted within seven days
#[utoipa::path(
    tag = "scripts",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("scripts.delete"))),
    params(("id" = uuid::Uuid, Path, description = "The script")),
    responses((status = 200, description = "The script as it is now, with `ETag`", body = ScriptView))
)]
#[post("/api/scripts/{id}/restore")]
pub(super) async fn restore_script(
    request: HttpRequest,
    Authorized(by): Authorized<DeleteScripts>,
    PathScript(id): PathScript,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let detail = api.scripts.restore.run(by, id).await?;
    reply::tagged(&request, detail.script.revision, &ScriptView::from(&detail))
}
