//! `DELETE /api/users/me/mfa/totp`

use actix_web::{HttpResponse, delete, web};

use crate::extract::Fresh;
use crate::problem::Problem;
use crate::state::Api;

/// Give the second factor up
///
/// Its recovery codes go with it, and a notice is mailed. Where there is none, nothing happens. Asks for a proof of who you are
/// that is less than ten minutes old.
#[utoipa::path(
    tag = "users",
    security(("bearer" = [])),
    responses(
        (status = 204, description = "There is no second factor any more"),
        (status = 403, description = "`reauth_required`, `account_suspended`"),
    )
)]
#[delete("/api/users/me/mfa/totp")]
pub(super) async fn delete_totp(
    Fresh(by): Fresh,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    api.remove_second_factor.run(&by).await?;
    Ok(HttpResponse::NoContent().finish())
}
