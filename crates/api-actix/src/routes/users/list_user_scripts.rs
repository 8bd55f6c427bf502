//! `GET /api/users/{username}/scripts`

use actix_web::{HttpRequest, HttpResponse, get, web};

use crate::cursor::PageView;
use crate::extract::{Looking, PathUsername, Query};
use crate::problem::Problem;
use crate::routes::scripts::list_query::ListQueryParams;
use crate::routes::scripts::view::ScriptSummaryView;
use crate::state::Api;

/// List the scripts of a person
///
/// Everything of your own; of others what is public.
#[utoipa::path(
    tag = "users",
    security((), ("bearer" = [])),
    params(
        ("username" = String, Path, description = "The person, without regard to case"),
        ListQueryParams,
    ),
    responses((status = 200, description = "One page", body = PageView<ScriptSummaryView>))
)]
#[get("/api/users/{username}/scripts")]
pub(super) async fn list_user_scripts(
    request: HttpRequest,
    Looking(viewer): Looking,
    PathUsername(person): PathUsername,
    Query(params): Query<ListQueryParams>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let (listed, query) = params.read(&viewer, &format!("scripts of {}", person.as_str()), &api)?;
    let page = api.scripts.list.of_person(&viewer, person, query).await?;
    let view = listed.page(&page, &*api.seals, |summary| {
        ScriptSummaryView::from(summary)
    });
    let mut response = HttpResponse::Ok();
    if let Some(links) = view.links(&request) {
        response.insert_header(links);
    }
    Ok(response.json(view))
}
