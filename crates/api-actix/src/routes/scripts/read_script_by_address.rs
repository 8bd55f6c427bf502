//! `GET /api/scripts/by/{username}/{slug}`

use actix_web::{HttpRequest, HttpResponse, get, web};
use domain::script::slug::Slug;

use super::view::ScriptView;
use crate::extract::{Looking, PathUsername};
use crate::problem::{Code, Problem};
use crate::reply;
use crate::state::Api;

/// Read a script by its readable address
#[utoipa::path(
    tag = "scripts",
    security((), ("bearer" = [])),
    params(
        ("username" = String, Path, description = "Its owner, without regard to case"),
        ("slug" = String, Path, description = "Its slug"),
    ),
    responses(
        (status = 200, description = "The script, with `ETag`", body = ScriptView),
        (status = 304, description = "You have it already"),
    )
)]
#[get("/api/scripts/by/{username}/{slug}")]
pub(super) async fn read_script_by_address(
    request: HttpRequest,
    Looking(viewer): Looking,
    PathUsername(owner): PathUsername,
    path: web::Path<(String, String)>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let (_, slug) = path.into_inner();
    let slug = Slug::parse(&slug).map_err(|_violation| Problem::new(Code::NotFound))?;
    let detail = api.scripts.read.by_address(&viewer, &owner, &slug).await?;
    reply::tagged(&request, detail.script.revision, &ScriptView::from(&detail))
}
