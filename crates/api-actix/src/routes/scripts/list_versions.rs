//! `GET /api/scripts/{id}/versions`

use actix_web::{HttpRequest, HttpResponse, get, web};
use garde::Validate;
use serde::Deserialize;
use utoipa::IntoParams;

use super::list_query::ceiling;
use super::view::VersionView;
use crate::cursor::{self, Listed, PageView};
use crate::extract::{Looking, PathScript, Query};
use crate::problem::Problem;
use crate::state::Api;

/// Which page.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct VersionsQuery {
    /// 1 to 50, with `api.advanced` to 100.
    #[garde(skip)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 100, example = 20)]
    limit: Option<String>,
    /// `next_cursor` or `prev_cursor` of another page of the same list.
    #[garde(length(bytes, max = 512))]
    cursor: Option<String>,
}

/// List the versions of a script, newest first
#[utoipa::path(
    tag = "scripts",
    security((), ("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The script"), VersionsQuery),
    responses((status = 200, description = "One page", body = PageView<VersionView>))
)]
#[get("/api/scripts/{id}/versions")]
pub(super) async fn list_versions(
    request: HttpRequest,
    Looking(viewer): Looking,
    PathScript(id): PathScript,
    Query(query): Query<VersionsQuery>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let listed = Listed::new("versions", &id);
    let window = listed.window(query.cursor.as_deref(), &*api.seals)?;
    let limit = cursor::limit(query.limit.as_deref(), ceiling(&viewer))?;
    let page = api
        .scripts
        .read_versions
        .list(&viewer, id, window, limit)
        .await?;
    let view = listed.page(&page, &*api.seals, |version| VersionView::from(version));
    let mut response = HttpResponse::Ok();
    if let Some(links) = view.links(&request) {
        response.insert_header(links);
    }
    Ok(response.json(view))
}
