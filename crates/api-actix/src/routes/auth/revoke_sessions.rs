//! `DELETE /api/auth/sessions`

use actix_web::{HttpResponse, delete, web};
use garde::Validate;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::{Query, SignedIn};
use crate::problem::Problem;
use crate::state::Api;

/// Which sessions to end.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RevokeQuery {
    /// Whether the session that asks ends, too.
    #[serde(default)]
    #[garde(skip)]
    all: bool,
}

/// End your other sessions, or all of them
#[utoipa::path(
    tag = "auth",
    security(("bearer" = [])),
    params(RevokeQuery),
    responses((status = 204, description = "Ended on every node within a second"))
)]
#[delete("/api/auth/sessions")]
pub(super) async fn revoke_sessions(
    SignedIn(actor): SignedIn,
    Query(query): Query<RevokeQuery>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    if query.all {
        api.revoke_sessions.all(&actor).await?;
    } else {
        api.revoke_sessions.others(&actor).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}
