//! The providers that somebody signs in through.

mod link_provider;
mod list_my_providers;
mod unlink_provider;

pub(super) use list_my_providers::{LinkedView, linked};

use application::providers::begin::Begun;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_my_providers::list_my_providers)
        .service(link_provider::link_provider)
        .service(unlink_provider::unlink_provider);
}

/// Where to send the browser.
#[derive(Serialize, ToSchema)]
#[schema(title = "Authorize")]
pub struct AuthorizeView {
    /// An address of the provider; good for ten minutes, and in the browser that got the cookie of this answer.
    #[schema(example = "https://accounts.google.com/o/oauth2/v2/auth?…")]
    authorize_url: String,
}

impl AuthorizeView {
    /// The address of a way that was begun.
    #[must_use]
    pub fn of(begun: &Begun) -> Self {
        Self {
            authorize_url: begun.url.expose().clone(),
        }
    }
}
