//! One's own API keys.

mod create_api_key;
mod delete_api_key;
mod list_api_keys;
mod view;

pub(super) use view::ApiKeyView;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_api_keys::list_api_keys)
        .service(create_api_key::create_api_key)
        .service(delete_api_key::delete_api_key);
}
