//! Scripts and their versions.

mod create_script;
mod create_version;
mod delete_script;
pub mod list_query;
mod list_scripts;
mod list_versions;
mod raw;
mod read_raw;
mod read_script;
mod read_script_by_address;
mod read_version;
mod restore_script;
mod update_script;
pub mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_scripts::list_scripts)
        .service(create_script::create_script)
        .service(read_script_by_address::read_script_by_address)
        .service(read_script::read_script)
        .service(update_script::update_script)
        .service(delete_script::delete_script)
        .service(restore_script::restore_script)
        .service(list_versions::list_versions)
        .service(create_version::create_version)
        .service(read_version::read_version)
        .service(read_raw::read_raw)
        .service(read_raw::read_latest_raw);
}
