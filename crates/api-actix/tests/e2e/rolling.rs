//! Nodes that go and come back while people work, and nodes that stand still for a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::harness::{PATIENCE, Person, Place, Platform, eventually};

/// As `SHUTDOWN_GRACE`.
const GRACE: Duration = Duration::from_secs(8);
/// How often the balancer looks after the nodes.
const PROBE: Duration = Duration::from_millis(100);

/// What stands in front of the nodes: it sends requests to those that want them.
struct Balancer {
    places: [Place; 2],
    wanting: [AtomicBool; 2],
    answered: AtomicUsize,
    is_over: AtomicBool,
}

impl Balancer {
    /// Looks again and again which nodes want requests.
    async fn look_after(self: Arc<Self>, person: Person) {
        while !self.is_over.load(Ordering::Relaxed) {
            for (place, wants) in self.places.iter().zip(&self.wanting) {
                let answer = person.at(place).get("/health/ready").attempt().await;
                let is_ready = answer.is_ok_and(|answer| answer.status == 200);
                wants.store(is_ready, Ordering::Relaxed);
            }
            sleep(PROBE).await;
        }
    }

    /// Somebody works until it is over; answers what went wrong.
    async fn pass_on(self: Arc<Self>, person: Person, number: usize) -> Vec<String> {
        let mut failures = Vec::new();
        let mut round = 0;
        while !self.is_over.load(Ordering::Relaxed) {
            round += 1;
            let node = (number + round) % 2;
            if !self.wanting[node].load(Ordering::Relaxed) {
                // The other one is asked in the next round.
                tokio::task::yield_now().await;
                continue;
            }
            let person = person.at(&self.places[node]);
            let request = if round % 3 == 0 {
                let title = format!("Rolling {number} {round}");
                let body = crate::harness::a_script(&title, "print('rolling')\n");
                person.post("/api/scripts").json(&body)
            } else {
                person.get("/api/users/me")
            };
            match request.attempt().await {
                Ok(answer) if answer.status < 300 => {
                    self.answered.fetch_add(1, Ordering::Relaxed);
                }
                // Nodes that come and go are no reason for this, a machine that is busy is; clients come back.
                Ok(answer) if answer.status == 503 && answer.retry_after() > 0 => {}
                Ok(answer) => failures.push(format!("{answer:?}")),
                Err(error) => failures.push(format!("{error:?}")),
            }
        }
        failures
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_are_restarted_one_by_one_and_no_request_fails() {
    let plan = Platform::plan().without_limits();
    let plan = plan
        .setting("SHUTDOWN_GRACE", "8s")
        .setting("LOG_LEVEL", "warn");
    let mut platform = plan.start().await;
    let other = platform.another_node().await;
    let alice = platform.register("alice").await;
    let balancer = Arc::new(Balancer {
        places: [platform.server.place(), other],
        wanting: [AtomicBool::new(true), AtomicBool::new(true)],
        answered: AtomicUsize::new(0),
        is_over: AtomicBool::new(false),
    });
    let probing = tokio::spawn(Arc::clone(&balancer).look_after(alice.clone()));
    let mut clients = JoinSet::new();
    for number in 0..4 {
        let client = alice.keeping_alive();
        clients.spawn(Arc::clone(&balancer).pass_on(client, number));
    }
    for node in [0, 1, 0] {
        let before = balancer.answered.load(Ordering::Relaxed);
        let server = platform.process(node);
        server.signal(Signal::TERM);
        let status = server.ends_within(GRACE).await;
        assert!(status.success(), "{status}");
        server.start_again().await;
        eventually("it gets requests again", PATIENCE, async || {
            balancer.wanting[node].load(Ordering::Relaxed)
        })
        .await;
        let meanwhile = balancer.answered.load(Ordering::Relaxed) - before;
        assert!(
            meanwhile > 10,
            "{meanwhile} requests were answered meanwhile"
        );
    }
    balancer.is_over.store(true, Ordering::Relaxed);
    probing.await.expect("the balancer looks on");
    let failures: Vec<_> = clients.join_all().await.into_iter().flatten().collect();
    assert!(
        failures.is_empty(),
        "{} failed: {:?}",
        failures.len(),
        failures.first()
    );
}

#[tokio::test]
async fn a_node_that_stood_still_does_not_believe_what_it_knew() {
    let mut platform = Platform::start().await;
    let other = platform.another_node().await;
    let alice = platform.register("alice").await;
    let script = alice.publish("Seen", "print(1)\n").await;
    let there = alice.at(&other);
    there.get("/api/users/me").await.must_be(200);
    platform.process(1).signal(Signal::STOP);
    let stopped = Instant::now();
    alice
        .change(&script, &json!({"visibility": "private"}))
        .await
        .must_be(200);
    alice.post("/api/auth/logout").await.must_be(204);
    eventually("it has stood still for a while", PATIENCE, async || {
        stopped.elapsed() > Duration::from_millis(2500)
    })
    .await;
    platform.process(1).signal(Signal::CONT);
    there
        .get("/api/users/me")
        .await
        .must_fail(401, "session_ended");
    platform
        .anonymous()
        .through(&other)
        .get(&script)
        .await
        .must_be(404);
}

#[tokio::test]
async fn a_confirmation_is_seen_by_the_other_node_within_a_second() {
    let mut platform = Platform::start().await;
    let other = platform.another_node().await;
    let alice = platform.newcomer("alice").await;
    let there = alice.at(&other);
    let refused = there.try_to_publish("Too early", "print(1)\n").await;
    refused.must_fail(403, "email_not_verified");
    let token = platform.mails().nth_token(&alice.email, 0).await;
    alice.verify(&token).await.must_be(200);
    eventually(
        "the confirmation is seen",
        Duration::from_secs(1),
        async || there.try_to_publish("In time", "print(1)\n").await.status == 201,
    )
    .await;
}
