//! Redis away, or not there at all; a server that is killed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::{Answer, PASSWORD, PATIENCE, Person, Place, Platform, eventually};

/// How long a request may take while Redis is away: some commands are given up after 100 ms each, then none is tried for a
/// while. The rest is for machines that are busy.
const SLOWEST: Duration = Duration::from_millis(2500);
/// How soon everything is as before when Redis is back.
const HEALED: Duration = Duration::from_secs(5);
/// How soon a logout is seen by other nodes.
const SOON: Duration = Duration::from_millis(1200);

/// An answer as it has to be while Redis is away.
#[track_caller]
fn in_time(answer: Answer, status: u16) -> Answer {
    let answer = answer.must_be(status);
    assert!(answer.took < SLOWEST, "{answer:?}");
    answer
}

/// Everybody does everything.
async fn everything_goes_on(platform: &Platform, alice: &Person, name: &str) -> Person {
    let login = platform.anonymous().login(&alice.email, PASSWORD).await;
    let alice = Person::of(&platform.anonymous(), &in_time(login, 200));
    in_time(platform.anonymous().refresh(&alice.refresh).await, 200);
    in_time(alice.get("/api/users/me").await, 200);
    let published = in_time(alice.try_to_publish(name, "print('no redis')\n").await, 201);
    let script = published.header("location");
    in_time(platform.anonymous().get("/api/scripts").await, 200);
    let raw = in_time(
        platform.anonymous().get(&format!("{script}/raw")).await,
        200,
    );
    assert_eq!(raw.text(), "print('no redis')\n");
    let patch = json!({"visibility": "private"});
    let tag = in_time(alice.get(script).await, 200)
        .header("etag")
        .to_owned();
    in_time(
        alice
            .patch(script)
            .with("If-Match", &tag)
            .json(&patch)
            .await,
        200,
    );
    in_time(platform.anonymous().get(script).await, 404);
    let joined = platform
        .anonymous()
        .join(&format!("{name}@example.org"), name)
        .await;
    in_time(joined, 201);
    alice
}

/// Guesses a password over both nodes; answers how often somebody looked at the guess.
async fn guesses(platform: &Platform, other: &Place, email: &str) -> usize {
    let here = platform.anonymous();
    let there = here.through(other);
    let mut looked_at = 0;
    for number in 0..14 {
        let thief = if number % 2 == 0 { &here } else { &there };
        let answer = thief.login(email, "not the password").await;
        looked_at += usize::from(answer.status == 401);
        assert!(matches!(answer.status, 401 | 429), "{answer:?}");
    }
    looked_at
}

async fn a_logout_is_seen(alice: &Person, other: &Place) {
    let there = alice.at(other);
    in_time(there.get("/api/users/me").await, 200);
    in_time(alice.post("/api/auth/logout").await, 204);
    let begun = Instant::now();
    eventually(
        "the logout is seen by the other node",
        PATIENCE,
        async || there.get("/api/users/me").await.status == 401,
    )
    .await;
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

async fn goes_on_without_redis(lose: impl Fn(&Platform)) {
    let mut platform = Platform::plan()
        .setting("NODES", "2")
        .with_wires()
        .start()
        .await;
    let other = platform.another_node().await;
    let alice = platform.register("alice").await;
    lose(&platform);

    let during = everything_goes_on(&platform, &alice, "during").await;
    platform.becomes("degraded", HEALED).await;
    let readiness = platform.direct().get("/health/ready").await.must_be(200);
    let parts = readiness.json()["parts"].clone();
    let redis = parts
        .as_array()
        .and_then(|parts| parts.iter().find(|part| part["name"] == "redis"));
    assert_eq!(redis.map(|part| part["state"].clone()), Some(json!("down")));
    let looked_at = guesses(&platform, &other, "alice@example.org").await;
    assert!(
        (1..=5).contains(&looked_at),
        "{looked_at} guesses were looked at"
    );
    a_logout_is_seen(&during, &other).await;
    in_time(alice.at(&other).get("/api/users/me").await, 200);

    platform.redis().pass();
    platform.becomes("ready", HEALED).await;
    eventually("the other node is ready", HEALED, async || {
        let answer = platform.direct().through(&other).get("/health/ready").await;
        answer.at("/status") == "ready"
    })
    .await;
    during
        .get("/api/users/me")
        .await
        .must_fail(401, "session_ended");
    during
        .at(&other)
        .get("/api/users/me")
        .await
        .must_fail(401, "session_ended");
    alice.get("/api/users/me").await.must_be(200);
    let after = everything_goes_on(&platform, &alice, "after").await;
    assert_eq!(
        guesses(&platform, &other, "after@example.org").await,
        5,
        "exact again"
    );
    a_logout_is_seen(&after, &other).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_everything_goes_on_and_it_heals_alone() {
    goes_on_without_redis(|platform| platform.redis().cut()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_redis_that_does_not_answer_everything_goes_on_and_it_heals_alone() {
    goes_on_without_redis(|platform| platform.redis().freeze()).await;
}

#[tokio::test]
async fn a_server_starts_while_redis_is_away() {
    let mut platform = Platform::plan().with_wires().start().await;
    platform.server.kill();
    platform.redis().cut();
    platform.server.start_again().await;
    assert_eq!(platform.readiness().await, (200, "degraded".to_owned()));
    platform.newcomer("alice").await;
    platform.redis().pass();
    platform.becomes("ready", HEALED).await;
}

#[tokio::test]
async fn a_platform_that_has_no_redis_works_and_says_so() {
    let platform = Platform::plan().without("REDIS_URL").start().await;
    let readiness = platform
        .direct()
        .get("/health/ready")
        .await
        .must_be(200)
        .json();
    let unset = json!("unset");
    let parts = readiness["parts"]
        .as_array()
        .expect("readiness names the parts");
    assert!(
        parts
            .iter()
            .any(|part| part["name"] == "redis" && part["state"] == unset),
        "{readiness}"
    );
    assert!(
        parts
            .iter()
            .any(|part| part["name"] == "postgres" && part["state"] == "up")
    );

    let alice = platform.register("alice").await;
    let script = alice.publish("Alone", "print(1)\n").await;
    platform.anonymous().get(&script).await.must_be(200);
    let refreshed = alice.refreshed().await;
    let other = alice.sign_in().await;
    refreshed.post("/api/auth/logout").await.must_be(204);
    refreshed
        .get("/api/users/me")
        .await
        .must_fail(401, "session_ended");
    other.get("/api/users/me").await.must_be(200);
    let thief = platform.anonymous();
    for number in 0..7 {
        let answer = thief.login(&alice.email, "not the password").await;
        answer.must_be(if number < 5 { 401 } else { 429 });
    }
}

/// Publishes until the server is gone; answers what was acknowledged.
async fn publish_until_it_is_gone(
    person: Person,
    number: usize,
    written: Arc<AtomicUsize>,
) -> Vec<(String, String)> {
    let mut acknowledged = Vec::new();
    for round in 0.. {
        let content = format!("print({number}, {round})\n");
        let body = crate::harness::a_script(&format!("Script {number} {round}"), &content);
        let Ok(answer) = person.post("/api/scripts").json(&body).attempt().await else {
            break;
        };
        if answer.status == 503 {
            // On a machine that is busy. Nothing was promised.
            continue;
        }
        let script = answer.must_be(201).header("location").to_owned();
        acknowledged.push((script, content));
        written.fetch_add(1, Ordering::Relaxed);
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_before_a_kill_is_there_after_it_and_nothing_is_half_written() {
    let mut platform = Platform::plan().without_limits().start().await;
    let alice = platform.register("alice").await;
    let (mut writers, written) = (JoinSet::new(), Arc::new(AtomicUsize::new(0)));
    for number in 0..8 {
        writers.spawn(publish_until_it_is_gone(
            alice.clone(),
            number,
            Arc::clone(&written),
        ));
    }
    eventually("they are in the middle of it", PATIENCE, async || {
        written.load(Ordering::Relaxed) >= 40
    })
    .await;
    platform.server.kill();
    let acknowledged: Vec<_> = writers.join_all().await.into_iter().flatten().collect();
    assert!(acknowledged.len() >= 40);

    platform.server.start_again().await;
    for (script, content) in acknowledged {
        let raw = alice.get(&format!("{script}/raw")).await.must_be(200);
        assert_eq!(raw.text(), content);
    }
    let halves = "SELECT count(*) FROM scripts s WHERE NOT EXISTS (SELECT FROM audit_logs a WHERE a.subject_id = s.id) \
                  OR NOT EXISTS (SELECT FROM script_versions v WHERE v.script_id = s.id AND v.number = s.latest_version)";
    assert_eq!(platform.count(halves).await, 0);
    let refreshed = alice.refreshed().await;
    refreshed.publish("After the kill", "print(1)\n").await;
    refreshed
        .sign_in()
        .await
        .get("/api/users/me")
        .await
        .must_be(200);
}
