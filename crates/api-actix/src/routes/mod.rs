//! The routes: one endpoint a file — body, reply, documentation, handler.

mod access;
mod admin;
mod audit;
pub mod auth;
pub mod scripts;
pub mod system;
pub mod users;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers every route together with its documentation.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .configure(auth::configure)
        // `me` comes before `{username}`: the first route that fits answers.
        .configure(audit::configure)
        .configure(users::configure)
        .configure(access::configure)
        .configure(admin::configure)
        .configure(scripts::configure)
        .configure(system::configure);
}
