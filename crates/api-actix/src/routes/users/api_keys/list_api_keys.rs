//! `GET /api/users/me/api-keys`

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::view::ApiKeyView;
use crate::extract::SignedIn;
use crate::problem::Problem;
use crate::state::Api;

/// All keys: at most 50, so there is one page.
#[derive(Serialize, ToSchema)]
#[schema(title = "ApiKeys")]
pub(super) struct ApiKeysView {
    items: Vec<ApiKeyView>,
    /// Always `null`.
    next_cursor: Option<String>,
    /// Always `null`.
    prev_cursor: Option<String>,
}

/// See your API keys
///
/// Those that you have not ended, the newest first. One that has expired stays until you make another.
#[utoipa::path(
    tag = "users",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Your keys, without the keys themselves", body = ApiKeysView),
        (status = 403, description = "`session_required`, `account_suspended`"),
    )
)]
#[get("/api/users/me/api-keys")]
pub(super) async fn list_api_keys(
    SignedIn(actor): SignedIn,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let keys = api.list_api_keys.run(&actor).await?;
    Ok(HttpResponse::Ok().json(ApiKeysView {
        items: keys.iter().map(ApiKeyView::from).collect(),
        next_cursor: None,
        prev_cursor: None,
    }))
}
