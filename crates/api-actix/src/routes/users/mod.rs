//! People.

mod api_keys;
mod avatar;
mod change_email;
mod delete_me;
mod export_document;
mod export_me;
mod list_user_scripts;
mod mfa;
pub mod providers;
mod read_me;
mod read_profile;
mod update_me;
pub mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    // `me` comes before `{username}`: the first route that fits answers.
    config
        .service(read_me::read_me)
        .service(update_me::update_me)
        .service(delete_me::delete_me)
        .service(export_me::export_me)
        .service(change_email::change_email)
        .service(read_profile::read_profile)
        .service(list_user_scripts::list_user_scripts)
        .configure(api_keys::configure)
        .configure(mfa::configure)
        .configure(avatar::configure)
        .configure(providers::configure);
}
