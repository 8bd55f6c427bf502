//! What staff does.

mod delete_user;
mod explain_user_permissions;
mod list_users;
mod read_user;
mod restore_user;
mod set_user_roles;
mod sign_out_user;
mod suspend_user;
mod unsuspend_user;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_users::list_users)
        .service(read_user::read_user)
        .service(suspend_user::suspend_user)
        .service(unsuspend_user::unsuspend_user)
        .service(restore_user::restore_user)
        .service(sign_out_user::sign_out_user)
        .service(delete_user::delete_user)
        .service(set_user_roles::set_user_roles)
        .service(explain_user_permissions::explain_user_permissions);
}
