//! `POST /api/users/me/providers/{provider}`

use actix_web::{HttpResponse, post, web};

use super::AuthorizeView;
use crate::extract::{Fresh, PathProvider, Query};
use crate::problem::Problem;
use crate::routes::auth::begin_provider::ReturnQuery;
use crate::routes::auth::flow_cookie;
use crate::state::Api;

/// Link a provider to your account
///
/// Send the browser to `authorize_url`; it comes back to `/auth/callback#linked=…` of the frontend, or with an `error`. The session
/// that asks has to live until then. Asks for a proof of who you are that is less than ten minutes old. The answer sets a cookie: a
/// page asks with `credentials: "include"`.
#[utoipa::path(
    tag = "users",
    security(("bearer" = [])),
    params(
        ("provider" = String, Path, description = "The name of a provider", example = "google"),
        ("return_to" = Option<String>, Query, description = "The page of the frontend to go on with", example = "/settings"),
    ),
    responses(
        (status = 200, description = "Where to send the browser", body = AuthorizeView),
        (status = 403, description = "`reauth_required`, `account_suspended`"),
        (status = 503, description = "`provider_unavailable`"),
    )
)]
#[post("/api/users/me/providers/{provider}")]
pub(super) async fn link_provider(
    Fresh(by): Fresh,
    PathProvider(provider): PathProvider,
    Query(query): Query<ReturnQuery>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let return_to = query.page();
    let begun = api
        .begin_provider_flow
        .to_link(&by, provider, return_to)
        .await?;
    Ok(HttpResponse::Ok()
        .cookie(flow_cookie::of(&begun))
        .json(AuthorizeView::of(&begun)))
}
