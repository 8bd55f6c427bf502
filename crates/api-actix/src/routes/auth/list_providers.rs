//! `GET /api/auth/providers`

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::state::Api;

/// A way to sign in.
#[derive(Serialize, ToSchema)]
#[schema(title = "SignInWay")]
struct WayView {
    /// Its name; `email` is e-mail and password.
    #[schema(example = "google")]
    name: String,
    /// What to write on a button.
    #[schema(example = "Google")]
    label: String,
    /// Where a browser begins; none for `email`, which begins at `POST /api/auth/login`.
    #[schema(example = "/api/auth/google")]
    start: Option<String>,
}

/// The ways to sign in.
#[derive(Serialize, ToSchema)]
#[schema(title = "SignInWays")]
pub(super) struct WaysView {
    items: Vec<WayView>,
    /// Always `null`.
    next_cursor: Option<String>,
    /// Always `null`.
    prev_cursor: Option<String>,
}

/// See how one can sign in
#[utoipa::path(
    tag = "auth",
    responses((status = 200, description = "The ways that are switched on, for the buttons of a frontend", body = WaysView))
)]
#[get("/api/auth/providers")]
pub(super) async fn list_providers(api: web::Data<Api>) -> HttpResponse {
    let email = WayView {
        name: "email".to_owned(),
        label: "E-mail".to_owned(),
        start: None,
    };
    let providers = api
        .list_ways
        .providers()
        .into_iter()
        .map(|provider| WayView {
            start: Some(format!("/api/auth/{}", provider.name.as_str())),
            name: provider.name.as_str().to_owned(),
            label: provider.label,
        });
    HttpResponse::Ok().json(WaysView {
        items: std::iter::once(email).chain(providers).collect(),
        next_cursor: None,
        prev_cursor: None,
    })
}
