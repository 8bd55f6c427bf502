//! `GET /openapi.json`, `GET /docs`

use actix_web::{HttpRequest, HttpResponse, get, web};
use bytes::Bytes;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// The OpenAPI document, written once.
#[derive(Clone)]
pub struct Documents {
    /// JSON.
    pub openapi: Bytes,
}

/// The OpenAPI 3.1 document of this API
#[utoipa::path(
    tag = "system",
    responses((status = 200, description = "The document", body = Object))
)]
#[get("/openapi.json")]
pub(super) async fn read_openapi(documents: web::Data<Documents>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header(("Cache-Control", "public, max-age=60"))
        .body(documents.openapi.clone())
}

/// The interactive page: it needs no host but this one, not even for a badge.
#[must_use]
pub fn swagger_ui() -> SwaggerUi {
    let config = Config::from("/openapi.json").validator_url("none");
    SwaggerUi::new("/docs/{_:.*}").config(config)
}

/// `/docs` leads to the page.
pub async fn docs_index(_request: HttpRequest) -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header(("Location", "/docs/index.html"))
        .finish()
}
