//! The keys of access tokens change while people work, on two nodes.

use std::path::PathBuf;
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustix::process::Signal;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::harness::{PATIENCE, Person, Place, Platform, eventually};

/// The ids of the keys that a node publishes.
async fn published(platform: &Platform, place: &Place) -> Vec<String> {
    let answer = platform.direct().through(place);
    let set = answer.get("/.well-known/jwks.json").await.must_be(200);
    let set = set.json();
    let keys = set["keys"].as_array().expect("a key set has keys");
    let ids = keys.iter().filter_map(|key| key["kid"].as_str());
    ids.map(ToOwned::to_owned).collect()
}

/// The id of the key that signed a token.
fn kid_of(token: &str) -> String {
    let head = token.split('.').next().expect("a token has a head");
    let head = URL_SAFE_NO_PAD.decode(head).expect("it is base64");
    let head: Value = serde_json::from_slice(&head).expect("it is JSON");
    head["kid"].as_str().expect("it names its key").to_owned()
}

struct Keys<'a>(&'a Platform);

impl Keys<'_> {
    fn folder(&self) -> PathBuf {
        self.0.scratch().path().join("keys")
    }

    fn act(&self, act: &str, more: &[&str]) -> Output {
        let mut command = self.0.settings().command();
        command.args(["keys", act, "--dir"]).arg(self.folder());
        let output = command.args(more).output();
        output.expect("the program can be started")
    }

    #[track_caller]
    fn must(&self, act: &str, more: &[&str]) -> String {
        let output = self.act(act, more);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("it is text")
    }
}

/// Somebody who works on both nodes and refreshes on either, as often as possible, until it is over.
async fn work(
    mut person: Person,
    places: [Place; 2],
    is_over: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
) -> (Person, Vec<String>) {
    let mut failures = Vec::new();
    let mut round = 0_usize;
    while !is_over.load(Ordering::Relaxed) {
        round += 1;
        let there = person.at(&places[round % 2]);
        if round.is_multiple_of(20) {
            let refreshed = there.refresh(&person.refresh).await;
            if refreshed.status == 200 {
                person = person.with_tokens(&refreshed);
            } else if refreshed.status != 503 {
                failures.push(format!("{refreshed:?}"));
            }
            continue;
        }
        let answer = there.get("/api/users/me").await;
        match answer.status {
            200 => {
                answered.fetch_add(1, Ordering::Relaxed);
            }
            // A busy machine asks to come back; clients do.
            503 => {}
            _ => failures.push(format!("{answer:?}")),
        }
    }
    (person, failures)
}

/// A newer key is made, published, and signs in its time; nothing that the older one signed is refused meanwhile.
async fn takes_over(keys: &Keys<'_>, places: &[Place; 2], alice: &Person, old: &str) {
    // Signs in so often that her oldest sessions end.
    let carol = keys.0.register("carol").await;
    keys.must("rotate", &[]);
    for place in places {
        eventually(
            "the newer key is published, by nobody's signal",
            PATIENCE,
            async || published(keys.0, place).await.len() == 2,
        )
        .await;
    }
    assert_eq!(
        kid_of(&carol.sign_in().await.access),
        old,
        "the newer key signed before its time"
    );
    let refused = keys.act("retire", &["--kid", old]);
    assert!(!refused.status.success(), "the signer was retired");
    for place in places {
        eventually("the newer key signs", PATIENCE, async || {
            kid_of(&carol.at(place).sign_in().await.access) != old
        })
        .await;
    }
    assert!(keys.must("list", &[]).contains("verifies"));
    let refused = keys.act("retire", &["--kid", old]);
    assert!(!refused.status.success(), "tokens of the old key are good");
    alice.get("/api/users/me").await.must_be(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_published_takes_over_and_goes_without_a_failed_request() {
    let plan = Platform::plan().without_limits();
    let plan = plan.setting("JWT_KEY_LEAD", "8s");
    let mut platform = plan
        .setting("ACCESS_TOKEN_TTL", "10m")
        .setting("LOG_LEVEL", "warn")
        .start()
        .await;
    let places = [platform.server.place(), platform.another_node().await];
    let alice = platform.register("alice").await;
    let keys = Keys(&platform);
    let old = kid_of(&alice.access);
    let (is_over, answered) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let mut clients = JoinSet::new();
    for _ in 0..3 {
        let client = alice.sign_in().await.keeping_alive();
        let (is_over, answered) = (Arc::clone(&is_over), Arc::clone(&answered));
        clients.spawn(work(client, places.clone(), is_over, answered));
    }

    takes_over(&keys, &places, &alice, &old).await;

    // Everybody has got a token of the newer key by their next refresh.
    let before = answered.load(Ordering::Relaxed);
    eventually("they have gone on working", PATIENCE, async || {
        answered.load(Ordering::Relaxed) > before + 200
    })
    .await;
    is_over.store(true, Ordering::Relaxed);
    for (person, failures) in clients.join_all().await {
        assert!(failures.is_empty(), "{failures:?}");
        assert_ne!(kid_of(&person.access), old);
        person.get("/api/users/me").await.must_be(200);
    }

    keys.must("retire", &["--kid", &old, "--now"]);
    platform.server.signal(Signal::HUP);
    for place in &places {
        eventually("the older key is gone", PATIENCE, async || {
            published(&platform, place).await.len() == 1
        })
        .await;
        let refused = alice.at(place).get("/api/users/me").await;
        refused.must_fail(401, "access_token_invalid");
        // A client refreshes on that, and goes on.
        let again = alice.at(place).refreshed().await;
        again.get("/api/users/me").await.must_be(200);
    }
}

#[tokio::test]
async fn only_a_key_that_is_there_and_not_needed_can_be_retired() {
    let platform = Platform::start().await;
    let alice = platform.newcomer("alice").await;
    let keys = Keys(&platform);
    let refused = keys.act("retire", &["--kid", &kid_of(&alice.access)]);
    assert!(!refused.status.success(), "the only key was retired");
    let refused = keys.act("retire", &["--kid", "../secret_key"]);
    assert!(!refused.status.success());
    assert!(keys.folder().join("secret_key").exists());
}
