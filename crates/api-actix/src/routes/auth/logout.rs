//! `POST /api/auth/logout`

use actix_web::{HttpRequest, HttpResponse, post, web};
use domain::access::actor::SessionActor;

use super::delivery::{brought, forget};
use crate::extract::Leaving;
use crate::problem::Problem;
use crate::state::Api;

/// Sign out
///
/// Ends the session on every node within a second. Signing out of a session that has ended is fine. The cookie of the session's
/// refresh token goes; one of another session, which somebody began in the same browser meanwhile, stays.
#[utoipa::path(
    tag = "auth",
    security(("bearer" = [])),
    responses((status = 204, description = "Signed out"))
)]
#[post("/api/auth/logout")]
pub(super) async fn logout_user(
    request: HttpRequest,
    Leaving(actor): Leaving,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    if let Some(actor) = &actor {
        api.revoke_sessions.sign_out(actor).await?;
    }
    let mut response = HttpResponse::NoContent().finish();
    if brought(&request).is_some_and(|token| goes_with(actor.as_ref(), &token, &api)) {
        forget(&mut response);
    }
    Ok(response)
}

/// Whether the token is of the session that ends, or of none. Of a session that has ended before, nothing more is known: its
/// cookie goes with the refresh that fails.
fn goes_with(leaving: Option<&SessionActor>, token: &str, api: &Api) -> bool {
    match (api.refresh.read(token), leaving) {
        (Ok(token), Some(actor)) => token.session == actor.session(),
        (Ok(_), None) => false,
        (Err(_), _) => true,
    }
}
