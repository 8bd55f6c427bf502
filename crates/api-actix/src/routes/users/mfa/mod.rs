//! The second factor of who is signed in.

mod confirm_totp;
mod delete_totp;
mod enrol_totp;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(enrol_totp::enrol_totp)
        .service(confirm_totp::confirm_totp)
        .service(delete_totp::delete_totp);
}
