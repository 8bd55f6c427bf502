//! `DELETE /api/users/me/api-keys/{id}`

use actix_web::{HttpResponse, delete, web};

use crate::extract::{PathApiKey, SignedIn};
use crate::problem::Problem;
use crate::state::Api;

/// End one of your API keys
#[utoipa::path(
    tag = "users",
    security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The key's id")),
    responses(
        (status = 204, description = "Ended on every node within a second"),
        (status = 403, description = "`session_required`, `account_suspended`"),
        (status = 404, description = "You have no such key"),
    )
)]
#[delete("/api/users/me/api-keys/{id}")]
pub(super) async fn delete_api_key(
    SignedIn(actor): SignedIn,
    PathApiKey(key): PathApiKey,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    api.revoke_api_key.run(&actor, key).await?;
    Ok(HttpResponse::NoContent().finish())
}
