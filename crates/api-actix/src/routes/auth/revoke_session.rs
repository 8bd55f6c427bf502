//! `DELETE /api/auth/sessions/{id}`

use actix_web::{HttpResponse, delete, web};

use crate::extract::{PathSession, SignedIn};
use crate::problem::Problem;
use crate::state::Api;

/// End one of your sessions
#[utoipa::path(
    tag = "auth",
    security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The session")),
    responses((status = 204, description = "Ended on every node within a second"))
)]
#[delete("/api/auth/sessions/{id}")]
pub(super) async fn revoke_session(
    SignedIn(actor): SignedIn,
    PathSession(session): PathSession,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    api.revoke_sessions.one(&actor, session).await?;
    Ok(HttpResponse::NoContent().finish())
}
