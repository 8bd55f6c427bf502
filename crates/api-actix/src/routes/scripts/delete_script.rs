//! `DELETE /api/scripts/{id}`

use actix_web::{HttpResponse, delete, web};
use domain::access::proof::DeleteScripts;

use crate::extract::{Authorized, OptionalIfMatch, PathScript};
use crate::problem::Problem;
use crate::state::Api;

/// Delete a script
///
/// Your own, or any with `scripts.delete_any`. It can be restored for seven days.
#[utoipa::path(
    tag = "scripts",
    security(("bearer" = [])),
    extensions(("x-required-permission" = json!("scripts.delete"))),
    params(
        ("id" = uuid::Uuid, Path, description = "The script"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` you have read, to delete only that state"),
    ),
    responses(
        (status = 204, description = "Deleted"),
        (status = 403, description = "`permission_denied`, `email_not_verified`, `not_yours`"),
        (status = 412, description = "`precondition_failed`"),
    )
)]
#[delete("/api/scripts/{id}")]
pub(super) async fn delete_script(
    Authorized(by): Authorized<DeleteScripts>,
    PathScript(id): PathScript,
    OptionalIfMatch(expected): OptionalIfMatch,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    api.scripts.delete.run(by, id, expected).await?;
    Ok(HttpResponse::NoContent().finish())
}
