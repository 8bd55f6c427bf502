//! `POST /api/auth/reauthenticate/{provider}`

use actix_web::{HttpResponse, post, web};

use super::begin_provider::ReturnQuery;
use super::flow_cookie;
use crate::extract::{PathProvider, Query, SignedIn};
use crate::problem::Problem;
use crate::routes::users::providers::AuthorizeView;
use crate::state::Api;

/// Prove once more who you are, at a provider
///
/// For people who have no password. Send the browser to `authorize_url`; the code that it comes back with is exchanged at
/// `POST /api/auth/exchange` for tokens of the same session with a fresh `auth_time`. The answer sets a cookie: a page asks with
/// `credentials: "include"`.
#[utoipa::path(
    tag = "auth",
    security(("bearer" = [])),
    params(
        ("provider" = String, Path, description = "The name of a provider that is linked to the account", example = "google"),
        ("return_to" = Option<String>, Query, description = "The page of the frontend to go on with", example = "/settings"),
    ),
    responses(
        (status = 200, description = "Where to send the browser", body = AuthorizeView),
        (status = 503, description = "`provider_unavailable`"),
    )
)]
#[post("/api/auth/reauthenticate/{provider}")]
pub(super) async fn reauthenticate_at_provider(
    SignedIn(actor): SignedIn,
    PathProvider(provider): PathProvider,
    Query(query): Query<ReturnQuery>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let return_to = query.page();
    let flow = &api.begin_provider_flow;
    let begun = flow.to_reauthenticate(&actor, provider, return_to).await?;
    Ok(HttpResponse::Ok()
        .cookie(flow_cookie::of(&begun))
        .json(AuthorizeView::of(&begun)))
}
