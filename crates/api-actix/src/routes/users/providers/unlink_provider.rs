//! `DELETE /api/users/me/providers/{provider}`

use actix_web::{HttpResponse, delete, web};

use crate::extract::{Fresh, PathProvider};
use crate::problem::Problem;
use crate::state::Api;

/// Unlink a provider from your account
///
/// A notice is mailed. The last way to sign in stays: set a password or link another provider first. Asks for a proof of who you
/// are that is less than ten minutes old.
#[utoipa::path(
    tag = "users",
    security(("bearer" = [])),
    params(("provider" = String, Path, description = "The name of a provider", example = "google")),
    responses(
        (status = 204, description = "It is linked no longer"),
        (status = 403, description = "`reauth_required`, `account_suspended`"),
        (status = 409, description = "`last_sign_in_way`"),
    )
)]
#[delete("/api/users/me/providers/{provider}")]
pub(super) async fn unlink_provider(
    Fresh(by): Fresh,
    PathProvider(provider): PathProvider,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    api.unlink_provider.run(&by, provider).await?;
    Ok(HttpResponse::NoContent().finish())
}
