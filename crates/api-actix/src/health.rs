//! How the parts of the platform are.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use domain::outage::Dependency;
use domain::port::probe::Probe;
use futures_util::future::join_all;
use serde::Serialize;
use tokio::sync::Mutex;
use utoipa::ToSchema;

/// Several askers within this time get one answer: asking must not be a way to load the parts.
const FRESH: Duration = Duration::from_millis(250);
const PATIENCE: Duration = Duration::from_secs(1);

/// Asks the parts, and knows whether this node is on its way out.
pub struct Health {
    probes: Vec<Arc<dyn Probe>>,
    notes: Vec<PartView>,
    draining: AtomicBool,
    last: Mutex<Option<(Instant, ReadinessView)>>,
}

/// Whether this node wants requests, and how its parts are.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(title = "Readiness")]
pub struct ReadinessView {
    /// `ready`, `degraded` (it works, on a slower path), `unavailable` or `draining`.
    #[schema(example = "ready")]
    pub status: &'static str,
    /// The parts.
    pub parts: Vec<PartView>,
}

/// One part.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(title = "Part")]
pub struct PartView {
    /// Its name.
    #[schema(example = "postgres")]
    pub name: &'static str,
    /// `up`, `down` or `unset`.
    #[schema(example = "up")]
    pub state: &'static str,
    /// How long it took to answer.
    #[schema(example = 0.42)]
    pub latency_ms: Option<f64>,
    /// What works differently because of its state.
    pub mode: Option<&'static str>,
}

impl Health {
    /// Asks these probes. `notes` tells about parts that are not there by configuration.
    #[must_use]
    pub fn new(probes: Vec<Arc<dyn Probe>>, notes: Vec<PartView>) -> Self {
        Self {
            probes,
            notes,
            draining: AtomicBool::new(false),
            last: Mutex::new(None),
        }
    }

    /// From now on this node wants no more requests.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Whether this node is on its way out.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// How the parts are now.
    pub async fn readiness(&self) -> ReadinessView {
        if self.is_draining() {
            return ReadinessView {
                status: "draining",
                parts: Vec::new(),
            };
        }
        let mut last = self.last.lock().await;
        if let Some((at, view)) = &*last
            && at.elapsed() < FRESH
        {
            return view.clone();
        }
        let mut parts = join_all(self.probes.iter().map(|probe| ask(&**probe))).await;
        let truth_is_down = parts
            .iter()
            .any(|part| part.state == "down" && part.name == Dependency::Postgres.name());
        let some_are_down = parts.iter().any(|part| part.state == "down");
        parts.extend(self.notes.iter().cloned());
        let view = ReadinessView {
            status: match (truth_is_down, some_are_down) {
                (true, _) => "unavailable",
                (false, true) => "degraded",
                (false, false) => "ready",
            },
            parts,
        };
        *last = Some((Instant::now(), view.clone()));
        view
    }
}

impl ReadinessView {
    /// Whether a load balancer should send requests here.
    #[must_use]
    pub fn wants_requests(&self) -> bool {
        matches!(self.status, "ready" | "degraded")
    }
}

async fn ask(probe: &dyn Probe) -> PartView {
    let (begun, dependency) = (Instant::now(), probe.dependency());
    let outcome = tokio::time::timeout(PATIENCE, probe.check()).await;
    let up = matches!(outcome, Ok(Ok(())));
    let mode = match (up, dependency) {
        (true, _) => None,
        (false, Dependency::Redis) => {
            Some("PostgreSQL answers instead; limits are counted per node")
        }
        (false, Dependency::Storage) => Some("pictures are not shown, and none can be uploaded"),
        (false, Dependency::Mail) => Some("mails wait in the queue"),
        (false, Dependency::Postgres | Dependency::PasswordHashing | Dependency::Pictures) => {
            Some("requests are answered with 503")
        }
    };
    PartView {
        name: dependency.name(),
        state: if up { "up" } else { "down" },
        latency_ms: up.then(|| milliseconds(begun.elapsed())),
        mode,
    }
}

/// To the microsecond: what is finer is noise.
fn milliseconds(elapsed: Duration) -> f64 {
    (elapsed.as_secs_f64() * 1_000_000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::outage::Outage;
    use domain::port::probe::MockProbe;

    fn probe(dependency: Dependency, up: bool) -> Arc<dyn Probe> {
        let mut probe = MockProbe::new();
        probe.expect_dependency().return_const(dependency);
        probe.expect_check().returning(move || {
            if up {
                Ok(())
            } else {
                Err(Outage::Overloaded(dependency))
            }
        });
        Arc::new(probe)
    }

    async fn status(postgres: bool, redis: bool) -> &'static str {
        let probes = vec![
            probe(Dependency::Postgres, postgres),
            probe(Dependency::Redis, redis),
        ];
        Health::new(probes, Vec::new()).readiness().await.status
    }

    #[tokio::test]
    async fn a_node_without_redis_is_degraded_and_wants_requests_one_without_postgresql_does_not() {
        assert_eq!(status(true, true).await, "ready");
        assert_eq!(status(true, false).await, "degraded");
        assert_eq!(status(false, true).await, "unavailable");
    }

    #[tokio::test]
    async fn a_node_on_its_way_out_wants_no_requests() {
        let health = Health::new(Vec::new(), Vec::new());
        health.drain();
        assert!(!health.readiness().await.wants_requests());
    }
}
