//! `DELETE /api/users/me/avatar`

use actix_web::{HttpResponse, delete, web};

use crate::extract::SignedIn;
use crate::problem::Problem;
use crate::state::Api;

/// Remove your picture
///
/// Having none is fine.
#[utoipa::path(
    tag = "users",
    security(("bearer" = [])),
    responses((status = 204, description = "You have no picture"))
)]
#[delete("/api/users/me/avatar")]
pub(super) async fn delete_avatar(
    SignedIn(actor): SignedIn,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    api.avatars.remove(&actor).await?;
    Ok(HttpResponse::NoContent().finish())
}
