//! Joining, signing in, staying signed in, signing out.

pub(super) mod begin_provider;
mod change_password;
mod complete_login;
mod confirm_email_change;
mod confirm_link;
mod delivery;
mod exchange_code;
mod finish_provider;
pub(super) mod flow_cookie;
mod forgot_password;
mod list_providers;
mod list_sessions;
mod login;
mod logout;
mod reauthenticate;
mod reauthenticate_at_provider;
mod refresh;
mod register;
mod resend_verification;
mod reset_password;
mod restore_account;
mod revoke_session;
mod revoke_sessions;
mod say_not_me;
mod undo_email_change;
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
        .service(confirm_email_change::confirm_email_change)
        .service(undo_email_change::undo_email_change)
        .service(say_not_me::say_not_me)
        .service(forgot_password::forgot_password)
        .service(reset_password::reset_password)
        .service(change_password::change_password)
        .service(reauthenticate::reauthenticate_user)
        .service(restore_account::restore_account)
        .service(list_sessions::list_sessions)
        .service(revoke_session::revoke_session)
        .service(revoke_sessions::revoke_sessions)
        .service(list_providers::list_providers)
        .service(exchange_code::exchange_code)
        .service(confirm_link::confirm_link)
        .service(reauthenticate_at_provider::reauthenticate_at_provider)
        .service(begin_provider::begin_provider)
        .service(finish_provider::finish_provider);
}
