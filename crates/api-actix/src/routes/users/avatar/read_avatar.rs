//! `GET /api/avatars/{avatar}/{size}.webp`

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};

use crate::extract::PathAvatar;
use crate::problem::Problem;
use crate::reply;
use crate::state::Api;

/// A picture never changes: another one has another address.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// See the picture of a person
///
/// `avatar_url` of a person leads here; the same address with `64.webp` is the small one. What is here never changes.
#[utoipa::path(
    tag = "users",
    params(
        ("avatar" = Uuid, Path, description = "The picture"),
        ("size" = u32, Path, description = "256 or 64"),
    ),
    responses(
        (status = 200, description = "The picture, with `ETag`; to be kept for a year", body = Vec<u8>, content_type = "image/webp"),
        (status = 304, description = "You have it already"),
    )
)]
#[get("/api/avatars/{avatar}/{size}.webp")]
pub(super) async fn read_avatar(
    request: HttpRequest,
    PathAvatar(key): PathAvatar,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let tag = format!("\"{}-{}\"", key.avatar, key.size.side());
    let picture = api.avatars.read(key).await?;
    let kept = [(header::CACHE_CONTROL, FOR_EVER), (header::ETAG, &tag)];
    // Pages of others may show it, which the policy of everything else forbids.
    let shared = ("Cross-Origin-Resource-Policy", "cross-origin");
    let is_known = reply::is_known(&request, &tag);
    let mut answer = if is_known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    for header in kept {
        answer.insert_header(header);
    }
    answer.insert_header(shared);
    if is_known {
        return Ok(answer.finish());
    }
    answer.insert_header((header::CONTENT_TYPE, "image/webp"));
    Ok(answer.body(picture))
}
