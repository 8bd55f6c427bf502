//! What operators and tools ask for.

mod documents;
mod health;
mod key_set;

use utoipa_actix_web::service_config::ServiceConfig;

pub use documents::{Documents, docs_index, swagger_ui};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(health::read_liveness)
        .service(health::read_readiness)
        .service(key_set::read_key_set)
        .service(documents::read_openapi);
}
