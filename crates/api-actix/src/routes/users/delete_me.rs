//! `DELETE /api/users/me`

use actix_web::{HttpResponse, delete, web};

use crate::extract::Fresh;
use crate::problem::Problem;
use crate::state::Api;

/// Delete your own account
///
/// Asks for a proof of who you are that is less than ten minutes old. Every session ends, every mailed token stops working, and
/// your scripts are hidden. For 30 days `POST /api/auth/restore` brings everything back; your names stay taken.
#[utoipa::path(
    tag = "users",
    security(("bearer" = [])),
    responses(
        (status = 204, description = "The account is deleted; a mail tells how to bring it back"),
        (status = 403, description = "`reauth_required`: see POST /api/auth/reauthenticate; `account_suspended`"),
        (status = 409, description = "`last_admin`: make somebody else an administrator first"),
    )
)]
#[delete("/api/users/me")]
pub(super) async fn delete_me(
    Fresh(by): Fresh,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    api.delete_account.run(&by).await?;
    Ok(HttpResponse::NoContent().finish())
}
