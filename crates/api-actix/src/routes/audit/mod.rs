//! What happened.

mod list_audit_logs;
mod list_security_events;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_audit_logs::list_audit_logs)
        .service(list_security_events::list_security_events);
}
