//! `GET /api/users/me/providers`

use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, Utc};
use domain::account::identity::SignInWays;
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::SignedIn;
use crate::problem::Problem;
use crate::state::Api;

/// A way to sign in that an account has.
#[derive(Serialize, ToSchema)]
#[schema(title = "LinkedProvider")]
pub(in crate::routes::users) struct LinkedView {
    /// The provider; `email` is the password.
    #[schema(example = "google")]
    provider: String,
    /// Since when.
    linked_at: DateTime<Utc>,
}

/// The ways to sign in that an account has.
#[derive(Serialize, ToSchema)]
#[schema(title = "LinkedProviders")]
pub(super) struct LinkedListView {
    items: Vec<LinkedView>,
    /// Always `null`.
    next_cursor: Option<String>,
    /// Always `null`.
    prev_cursor: Option<String>,
}

/// The ways that somebody has, the password first.
pub(in crate::routes::users) fn linked(ways: &SignInWays) -> Vec<LinkedView> {
    let password = ways.password_since.map(|since| LinkedView {
        provider: "email".to_owned(),
        linked_at: since,
    });
    let providers = ways.identities.iter().map(|identity| LinkedView {
        provider: identity.provider.as_str().to_owned(),
        linked_at: identity.linked_at,
    });
    password.into_iter().chain(providers).collect()
}

/// See how you can sign in
#[utoipa::path(
    tag = "users",
    security(("bearer" = [])),
    responses((status = 200, description = "Your password, where you have one, and the providers that are linked", body = LinkedListView))
)]
#[get("/api/users/me/providers")]
pub(super) async fn list_my_providers(
    SignedIn(actor): SignedIn,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let ways = api.list_ways.of(&actor).await?;
    Ok(HttpResponse::Ok().json(LinkedListView {
        items: linked(&ways),
        next_cursor: None,
        prev_cursor: None,
    }))
}
