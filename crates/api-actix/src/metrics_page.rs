//! Metrics in the text format of Prometheus, on a port of their own.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::{App, HttpResponse, HttpServer, web};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// Upper bounds of the buckets of every time, in seconds: from a cache hit to a password hash in a full queue.
const SECONDS: [f64; 15] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    10.0,
];

/// Sets gauges that are only worth knowing when somebody asks.
pub type Refresh = Arc<dyn Fn() + Send + Sync>;

/// Starts to gather the metrics of this process.
///
/// # Errors
/// If the process gathers them already.
pub fn gather() -> Result<PrometheusHandle, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .install_recorder()
}

/// A server of `/metrics` at `address`. It also answers `/health/live`, for processes that have no other door.
///
/// # Errors
/// If the address cannot be listened on.
pub fn serve(
    address: SocketAddr,
    handle: PrometheusHandle,
    refresh: Refresh,
) -> io::Result<Server> {
    let server = HttpServer::new(move || {
        let (handle, refresh) = (handle.clone(), Arc::clone(&refresh));
        let page = move || {
            refresh();
            handle.run_upkeep();
            let text = handle.render();
            async {
                HttpResponse::Ok()
                    .content_type("text/plain; version=0.0.4")
                    .body(text)
            }
        };
        let live = || async { HttpResponse::Ok().body("live") };
        App::new()
            .route("/metrics", web::get().to(page))
            .route("/health/live", web::get().to(live))
    });
    let server = server
        .workers(1)
        .disable_signals()
        .client_request_timeout(Duration::from_secs(5))
        .shutdown_timeout(1)
        .bind(address)?
        .run();
    Ok(server)
}
