//! What happened.

mod export_audit_log;
mod filter;
mod format;
mod list_audit_logs;
mod list_security_events;
mod view;

pub(super) use list_security_events::SecurityEventView;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(export_audit_log::export_audit_log)
        .service(list_audit_logs::list_audit_logs)
        .service(list_security_events::list_security_events);
}
