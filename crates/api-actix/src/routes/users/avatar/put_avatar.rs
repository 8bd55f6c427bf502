//! `PUT /api/users/me/avatar`

use actix_web::{HttpRequest, HttpResponse, put, web};

use crate::extract::{Image, Verified};
use crate::problem::Problem;
use crate::reply;
use crate::routes::users::view::UserView;
use crate::state::Api;

/// Give yourself a picture
///
/// The body is the picture itself: PNG, JPEG, WebP or GIF of at most 2 MiB and 4096 pixels a side; what it is, is told by its
/// content. It is cut to a square, drawn anew as WebP in 256² and 64², and nothing else of it is kept: no place, no camera, no
/// second picture of an animation.
#[utoipa::path(
    tag = "users",
    security(("bearer" = [])),
    request_body(content(
        (Vec<u8> = "image/png"),
        (Vec<u8> = "image/jpeg"),
        (Vec<u8> = "image/webp"),
        (Vec<u8> = "image/gif"),
    ), description = "The picture"),
    responses(
        (status = 200, description = "Your account as it is now, with `ETag`", body = UserView),
        (status = 403, description = "`email_not_verified`"),
    )
)]
#[put("/api/users/me/avatar")]
pub(super) async fn put_avatar(
    request: HttpRequest,
    Verified(actor): Verified,
    Image(upload): Image,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let account = api.avatars.upload(&actor, upload).await?;
    metrics::counter!("avatar_uploads_total").increment(1);
    reply::tagged(&request, account.user.revision, &UserView::from(&account))
}
