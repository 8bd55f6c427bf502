//! PostgreSQL away: nobody is turned away for what is our fault.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::{Answer, PASSWORD, Person, Platform, a_script};

/// A statement is given up after three seconds, and nobody waits much longer; the rest is for machines that are busy.
const SLOWEST: Duration = Duration::from_secs(8);
const HEALED: Duration = Duration::from_secs(10);

/// Somebody, and something of theirs.
struct Before {
    alice: Person,
    script: String,
}

async fn before(platform: &Platform) -> Before {
    let alice = platform.register("alice").await;
    let script = alice.publish("Before", "print('before')\n").await;
    alice.get(&script).await.must_be(200);
    Before { alice, script }
}

impl Before {
    /// Everything that needs the database, at once.
    async fn everything(&self, platform: &Platform) -> Vec<Answer> {
        let (alice, script) = (&self.alice, &self.script);
        let stranger = platform.anonymous();
        let login = json!({"email": alice.email, "password": PASSWORD});
        let join = json!({"email": "bob@example.org", "username": "bob", "password": PASSWORD});
        let requests = [
            stranger.get("/api/scripts"),
            stranger.get(script),
            stranger.get(&format!("{script}/raw")),
            stranger.get("/api/users/alice"),
            stranger.post("/api/auth/login").json(&login),
            stranger.post("/api/auth/register").json(&join),
            stranger
                .post("/api/auth/refresh")
                .json(&json!({"refresh_token": alice.refresh})),
            stranger
                .post("/api/auth/verify-email")
                .json(&json!({"token": "sho_x"})),
            alice.get("/api/users/me"),
            alice.get("/api/auth/sessions"),
            alice.get(&format!("{script}/versions")),
            alice
                .post("/api/scripts")
                .json(&a_script("During", "print('during')\n")),
            alice
                .post(&format!("{script}/versions"))
                .json(&json!({"content": "print(2)\n"})),
            alice.delete(script),
            alice.post("/api/auth/logout"),
        ];
        let answers: JoinSet<_> = requests.into_iter().map(IntoFuture::into_future).collect();
        answers.join_all().await
    }

    /// Everything is as it was, without anybody having done anything.
    async fn is_as_it_was(&self, platform: &Platform) {
        let me = self.alice.get("/api/users/me").await.must_be(200);
        assert_eq!(me.at("/username"), "alice");
        platform.anonymous().get(&self.script).await.must_be(200);
        self.alice.publish("After", "print('after')\n").await;
        let refreshed = self.alice.refreshed().await;
        refreshed
            .sign_in()
            .await
            .get("/api/users/me")
            .await
            .must_be(200);
        let halves = "SELECT count(*) FROM scripts s WHERE NOT EXISTS \
                      (SELECT FROM script_versions v WHERE v.script_id = s.id AND v.number = s.latest_version) \
                      OR NOT EXISTS (SELECT FROM audit_logs a WHERE a.subject_id = s.id)";
        assert_eq!(platform.count(halves).await, 0);
    }
}

/// All of them say that it is our fault, and when to come back. A token that is none of ours needs no database to be refused.
fn all_are_our_fault(answers: &[Answer]) {
    for answer in answers {
        let refused = answer.status == 400 && answer.text().contains("token_invalid");
        if refused {
            continue;
        }
        let answer = answer.clone().must_be(503);
        answer.retry_after();
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert!(answer.took < SLOWEST, "{answer:?}");
    }
}

async fn is_unavailable(platform: &Platform) {
    platform.becomes("unavailable", HEALED).await;
    let readiness = platform.direct().get("/health/ready").await.must_be(503);
    readiness.retry_after();
    let begun = Instant::now();
    platform.direct().get("/health/live").await.must_be(200);
    assert!(
        begun.elapsed() < Duration::from_millis(500),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_postgresql_every_answer_is_503_and_it_heals_alone() {
    let platform = Platform::plan().with_wires().start().await;
    let before = before(&platform).await;
    platform.postgres().cut();
    all_are_our_fault(&before.everything(&platform).await);
    is_unavailable(&platform).await;
    all_are_our_fault(&before.everything(&platform).await);
    platform.postgres().pass();
    platform.becomes("ready", HEALED).await;
    before.is_as_it_was(&platform).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_postgresql_that_does_not_answer_every_answer_is_503_in_time_and_it_heals_alone() {
    let platform = Platform::plan().with_wires().start().await;
    let before = before(&platform).await;
    platform.postgres().freeze();
    all_are_our_fault(&before.everything(&platform).await);
    is_unavailable(&platform).await;
    all_are_our_fault(&before.everything(&platform).await);
    platform.postgres().pass();
    platform.becomes("ready", HEALED).await;
    before.is_as_it_was(&platform).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_table_and_a_full_pool_are_503_in_time() {
    let platform = Platform::plan()
        .setting("DATABASE_POOL_MAX", "2")
        .start()
        .await;
    let before = before(&platform).await;
    platform
        .execute("BEGIN; LOCK TABLE users, scripts IN ACCESS EXCLUSIVE MODE")
        .await;
    let requests = (0..20).map(|_| platform.anonymous().get("/api/scripts"));
    let answers: JoinSet<_> = requests.map(IntoFuture::into_future).collect();
    let live = platform.direct().get("/health/live").await.must_be(200);
    assert!(live.took < Duration::from_millis(500), "{live:?}");
    all_are_our_fault(&answers.join_all().await);
    platform.execute("ROLLBACK").await;
    before.is_as_it_was(&platform).await;
}

#[tokio::test]
async fn a_server_starts_while_postgresql_is_away_and_works_when_it_comes() {
    let mut platform = Platform::plan().with_wires().start().await;
    let before = before(&platform).await;
    platform.server.kill();
    platform.postgres().cut();
    platform.server.start_up().await;
    all_are_our_fault(&before.everything(&platform).await);
    is_unavailable(&platform).await;
    platform.postgres().pass();
    platform.becomes("ready", HEALED).await;
    before.is_as_it_was(&platform).await;
}
