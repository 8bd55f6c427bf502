//! `GET /api/auth/sessions`

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::view::SessionView;
use crate::extract::SignedIn;
use crate::problem::Problem;
use crate::state::Api;

/// All living sessions: at most 50, so there is one page.
#[derive(Serialize, ToSchema)]
#[schema(title = "Sessions")]
pub(super) struct SessionsView {
    items: Vec<SessionView>,
    /// Always `null`.
    next_cursor: Option<String>,
    /// Always `null`.
    prev_cursor: Option<String>,
}

/// See where you are signed in
#[utoipa::path(
    tag = "auth",
    security(("bearer" = [])),
    responses((status = 200, description = "Your living sessions, the one heard of last first", body = SessionsView))
)]
#[get("/api/auth/sessions")]
pub(super) async fn list_sessions(
    SignedIn(actor): SignedIn,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let sessions = api.list_sessions.run(&actor).await?;
    let items = sessions
        .iter()
        .map(|session| SessionView::of(session, actor.session()))
        .collect();
    Ok(HttpResponse::Ok().json(SessionsView {
        items,
        next_cursor: None,
        prev_cursor: None,
    }))
}
