//! `GET /api/scripts`

use actix_web::{HttpRequest, HttpResponse, get, web};

use super::list_query::ListQueryParams;
use super::view::ScriptSummaryView;
use crate::cursor::PageView;
use crate::extract::{Looking, Query};
use crate::problem::Problem;
use crate::state::Api;

/// List public scripts
#[utoipa::path(
    tag = "scripts",
    security((), ("bearer" = [])),
    params(ListQueryParams),
    responses((status = 200, description = "One page", body = PageView<ScriptSummaryView>))
)]
#[get("/api/scripts")]
pub(super) async fn list_scripts(
    request: HttpRequest,
    Looking(viewer): Looking,
    Query(params): Query<ListQueryParams>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let (listed, query) = params.read(&viewer, "scripts", &api)?;
    let page = api.scripts.list.public(query).await?;
    let view = listed.page(&page, &*api.seals, |summary| {
        ScriptSummaryView::from(summary)
    });
    let mut response = HttpResponse::Ok();
    if let Some(links) = view.links(&request) {
        response.insert_header(links);
    }
    Ok(response.json(view))
}
