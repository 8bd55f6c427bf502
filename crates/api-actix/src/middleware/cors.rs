//! Who may call from a browser: the origins on the list, and nobody else.

use actix_cors::Cors;
use actix_web::http::{Method, header};

/// The rules of cross-origin requests (Fetch standard). An empty list allows none.
///
/// Pages on the list may send credentials: the cookie of the refresh token is the only one there is.
pub fn cors(allowed: &[String]) -> Cors {
    let mut cors = Cors::default()
        .allowed_methods([
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allowed_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            header::HeaderName::from_static("idempotency-key"),
            header::HeaderName::from_static("x-request-id"),
        ])
        .expose_headers([
            "ETag",
            "Link",
            "Location",
            "Retry-After",
            "RateLimit",
            "RateLimit-Policy",
            "X-Request-Id",
            "Idempotency-Replayed",
        ])
        // The way to a provider and back is bound to the browser by a cookie, which a page of the frontend has to get.
        .supports_credentials()
        .max_age(600);
    for origin in allowed {
        cors = cors.allowed_origin(origin);
    }
    cors.block_on_origin_mismatch(false)
}
