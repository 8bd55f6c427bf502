//! Roles and permissions.

mod create_permission;
mod create_role;
mod delete_permission;
mod delete_role;
mod list_permissions;
mod list_roles;
mod read_role;
mod set_role_permissions;
mod update_permission;
mod update_role;
pub(super) mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_roles::list_roles)
        .service(create_role::create_role)
        .service(read_role::read_role)
        .service(update_role::update_role)
        .service(delete_role::delete_role)
        .service(set_role_permissions::set_role_permissions)
        .service(list_permissions::list_permissions)
        .service(create_permission::create_permission)
        .service(update_permission::update_permission)
        .service(delete_permission::delete_permission);
}
