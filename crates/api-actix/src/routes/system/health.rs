//! `GET /health/live`, `GET /health/ready`

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::health::ReadinessView;
use crate::state::Api;

/// The process runs.
#[derive(Serialize, ToSchema)]
#[schema(title = "Liveness")]
pub(super) struct LivenessView {
    /// Always `live`.
    #[schema(example = "live")]
    status: &'static str,
}

/// Ask whether the process runs
///
/// Asks no other part; a process that does not answer wants to be restarted.
#[utoipa::path(tag = "system", responses((status = 200, description = "It runs", body = LivenessView)))]
#[get("/health/live")]
pub(super) async fn read_liveness() -> HttpResponse {
    HttpResponse::Ok().json(LivenessView { status: "live" })
}

/// Ask whether this node wants requests
///
/// Names each part and how long it took to answer. A node that works on a slower path is `degraded` and wants requests
/// all the same.
#[utoipa::path(
    tag = "system",
    responses(
        (status = 200, description = "It does", body = ReadinessView),
        (status = 503, description = "It does not: PostgreSQL is away, or the node is going down", body = ReadinessView),
    )
)]
#[get("/health/ready")]
pub(super) async fn read_readiness(api: web::Data<Api>) -> HttpResponse {
    let view = api.health.readiness().await;
    if view.wants_requests() {
        HttpResponse::Ok().json(view)
    } else {
        HttpResponse::ServiceUnavailable()
            .insert_header(("Retry-After", "2"))
            .json(view)
    }
}
