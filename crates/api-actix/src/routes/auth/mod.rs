//! Joining, signing in, staying signed in, signing out.

mod change_password;
mod complete_login;
mod delivery;
mod forgot_password;
mod list_sessions;
mod login;
mod logout;
mod reauthenticate;
mod refresh;
mod register;
mod resend_verification;
mod reset_password;
mod restore_account;
mod revoke_session;
mod revoke_sessions;
mod verify_email;
pub mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(register::register_user)
        .service(login::login_user)
        .service(complete_login::complete_login)
        .service(refresh::refresh_session)
        .service(logout::logout_user)
        .service(verify_email::verify_email)
        .service(resend_verification::resend_verification)
        .service(forgot_password::forgot_password)
        .service(reset_password::reset_password)
        .service(change_password::change_password)
        .service(reauthenticate::reauthenticate_user)
        .service(restore_account::restore_account)
        .service(list_sessions::list_sessions)
        .service(revoke_session::revoke_session)
        .service(revoke_sessions::revoke_sessions);
}
