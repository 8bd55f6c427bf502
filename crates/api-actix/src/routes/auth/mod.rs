//! Joining, signing in, staying signed in, signing out.

mod list_sessions;
mod login;
mod logout;
mod refresh;
mod register;
mod resend_verification;
mod revoke_session;
mod revoke_sessions;
mod verify_email;
pub mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(register::register_user)
        .service(login::login_user)
        .service(refresh::refresh_session)
        .service(logout::logout_user)
        .service(verify_email::verify_email)
        .service(resend_verification::resend_verification)
        .service(list_sessions::list_sessions)
        .service(revoke_session::revoke_session)
        .service(revoke_sessions::revoke_sessions);
}
