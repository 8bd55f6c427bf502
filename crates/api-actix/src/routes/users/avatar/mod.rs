//! The picture of a person.

mod delete_avatar;
mod put_avatar;
mod read_avatar;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(put_avatar::put_avatar)
        .service(delete_avatar::delete_avatar)
        .service(read_avatar::read_avatar);
}
