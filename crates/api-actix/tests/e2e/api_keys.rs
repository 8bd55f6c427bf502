//! API keys on a whole platform.

use serde_json::json;

use crate::harness::{Caller, Person, Platform};

const KEYS: &str = "/api/users/me/api-keys";

/// A new key of a person; answers its path and somebody who bears it.
async fn a_key(person: &Person, body: &serde_json::Value) -> (String, Caller) {
    let made = person.post(KEYS).json(body).await.must_be(201);
    let path = made.header("location").to_owned();
    let key = made.at("/key");
    assert!(key.starts_with("shk_") && key.starts_with(&made.at("/api_key/prefix")));
    (path, person.bearing(&key))
}

#[tokio::test]
async fn a_key_publishes_until_it_is_ended_and_never_reaches_the_account() {
    let platform = Platform::plan().without_limits().start().await;
    let alice = platform.register("alice").await;
    let body = json!({"name": "CI", "scopes": ["scripts:write"]});
    let (path, key) = a_key(&alice, &body).await;
    let script = json!({"title": "By a key", "language": "lua", "content": "print(1)"});
    key.post("/api/scripts").json(&script).await.must_be(201);
    for account in ["/api/users/me", "/api/auth/sessions", KEYS] {
        let refused = key.get(account).await.must_be(403);
        assert_eq!(refused.at("/code"), "session_required");
    }
    let listed = alice.get(KEYS).await.must_be(200).json();
    assert!(listed["items"][0]["last_used_at"].is_string());
    let told = platform.mails().nth(&alice.email, 1).await;
    assert!(told.contains("API key"));
    alice.delete(&path).await.must_be(204);
    let refused = key.get("/api/scripts").await.must_be(401);
    assert_eq!(refused.at("/code"), "api_key_invalid");
}

#[tokio::test]
async fn a_key_that_is_kept_to_a_script_changes_that_script_only() {
    let platform = Platform::plan().without_limits().start().await;
    let alice = platform.register("alice").await;
    let (one, other) = (
        alice.publish("One", "print(1)").await,
        alice.publish("Other", "print(2)").await,
    );
    let id = one.rsplit('/').next().unwrap();
    let body = json!({"name": "CI", "scopes": ["scripts:write"], "scripts": [id]});
    let (_, key) = a_key(&alice, &body).await;
    let version = json!({"content": "print(3)"});
    key.post(&format!("{one}/versions"))
        .json(&version)
        .await
        .must_be(201);
    let refused = key.post(&format!("{other}/versions")).json(&version).await;
    assert_eq!(refused.must_be(403).at("/code"), "not_yours");
}
