//! `GET /.well-known/jwks.json`

use actix_web::{HttpResponse, get, web};

use crate::state::Api;

/// The public keys of the access tokens (RFC 7517)
#[utoipa::path(
    tag = "system",
    responses((status = 200, description = "A JWK set", body = Object, content_type = "application/jwk-set+json"))
)]
#[get("/.well-known/jwks.json")]
pub(super) async fn read_key_set(api: web::Data<Api>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/jwk-set+json")
        .insert_header(("Cache-Control", "public, max-age=300"))
        .body(api.access_tokens.key_set())
}
