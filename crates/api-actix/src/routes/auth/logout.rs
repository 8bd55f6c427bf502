//! `POST /api/auth/logout`

use actix_web::{HttpResponse, post, web};

use crate::extract::Leaving;
use crate::problem::Problem;
use crate::state::Api;

/// Sign out
///
/// Ends the session on every node within a second. Signing out of a session that has ended is fine.
#[utoipa::path(
    tag = "auth",
    security(("bearer" = [])),
    responses((status = 204, description = "Signed out"))
)]
#[post("/api/auth/logout")]
pub(super) async fn logout_user(
    Leaving(actor): Leaving,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    if let Some(actor) = actor {
        api.revoke_sessions.sign_out(&actor).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}
