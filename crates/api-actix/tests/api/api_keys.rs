//! API keys, as clients see them.

use chrono::TimeDelta;
use domain::access::key::{KeyReach, KeyScope, KeyScopes};
use domain::access::permission::Permission;
use domain::account::api_key::KeyIssueConflict;
use domain::id::ScriptId;
use domain::outage::StoreError;
use serde_json::{Value, json};

use crate::harness::world::{MISSING, PRIVATE, PUBLIC, api_key, path};
use crate::harness::{Condition, Person, TestApi};

const KEYS: &str = "/api/users/me/api-keys";

fn reach(scope: KeyScope, scripts: Option<Vec<ScriptId>>) -> KeyReach {
    KeyReach::new(KeyScopes::collect([scope]).unwrap(), scripts).unwrap()
}

fn ada() -> Person {
    Person::named("ada").holding(Permission::ALL.iter().copied())
}

fn a_key() -> Value {
    json!({"name": "CI", "scopes": ["scripts:write"]})
}

#[actix_web::test]
async fn a_key_is_shown_once() {
    let app = TestApi::new().start().await;
    let ada = app.as_person(ada());
    let made = ada.post(KEYS).json(&a_key()).await.expect(201).json();
    assert_eq!(made["key"], "shk_shown_once");
    assert_eq!(made["api_key"]["prefix"], "shk_shown");
    assert_eq!(made["api_key"]["scripts"], Value::Null);
    let listed = ada.get(KEYS).await.expect(200).json();
    assert_eq!(listed["items"][0]["name"], "CI of word-frequency");
    assert!(!listed.to_string().contains("shown_once"));
}

#[actix_web::test]
async fn making_a_key_takes_a_fresh_proof_the_permission_and_a_confirmed_address() {
    let app = TestApi::new().start().await;
    let stale = app.as_person(ada().who_proved_it(TimeDelta::minutes(10)));
    let refused = stale.post(KEYS).json(&a_key()).await;
    refused.problem(403, "reauth_required");
    let unverified = app.as_person(ada().unverified());
    let refused = unverified.post(KEYS).json(&a_key()).await;
    refused.problem(403, "email_not_verified");
    let refused = app.as_user(&[]).post(KEYS).json(&a_key()).await;
    refused.problem(403, "permission_denied");
}

#[actix_web::test]
async fn listing_and_ending_keys_takes_a_session_only() {
    let app = TestApi::new().start().await;
    let stale = app.as_person(Person::named("ada").who_proved_it(TimeDelta::hours(1)));
    stale.get(KEYS).await.expect(200);
    let own = format!("{KEYS}/{}", api_key().id);
    stale.delete(&own).await.expect(204);
    let missing = format!("{KEYS}/{MISSING}");
    stale.delete(&missing).await.problem(404, "not_found");
}

#[actix_web::test]
async fn a_key_that_breaks_a_rule_is_refused_by_field() {
    let app = TestApi::new().start().await;
    let ada = app.as_person(ada());
    for (field, value, rule) in [
        ("name", json!(" "), "required"),
        ("scopes", json!([]), "required"),
        ("scopes", json!(["scripts:fly"]), "unknown_value"),
        ("scripts", json!([]), "required"),
        ("scripts", json!(["no id"]), "malformed"),
        ("expires_in_days", json!(0), "malformed"),
        ("expires_in_days", json!(366), "malformed"),
    ] {
        let mut body = a_key();
        body[field] = value;
        let refused = ada.post(KEYS).json(&body).await;
        let told = refused.problem(422, "validation_failed").json()["errors"][0].clone();
        assert_eq!(
            (&told["field"], &told["code"]),
            (&json!(field), &json!(rule))
        );
    }
}

#[actix_web::test]
async fn what_stands_in_the_way_of_a_key_is_told() {
    for (conflict, status, code) in [
        (KeyIssueConflict::NameTaken, 409, "name_taken"),
        (KeyIssueConflict::TooMany, 409, "too_many"),
        (KeyIssueConflict::UnknownScript, 422, "validation_failed"),
        (KeyIssueConflict::AccountGone, 401, "session_ended"),
    ] {
        let app = TestApi::new().with(|ports| {
            let issue = ports.api_keys.expect_issue();
            issue.returning(move |_| Err(StoreError::Conflict(conflict)));
        });
        let app = app.start().await;
        let refused = app.as_person(ada()).post(KEYS).json(&a_key()).await;
        refused.problem(status, code);
    }
}

#[actix_web::test]
async fn a_reading_key_reads_what_its_person_reads_and_writes_nothing() {
    let app = TestApi::new().start().await;
    let key = app.through_key(ada(), reach(KeyScope::Read, None));
    key.get(&path(PRIVATE, "")).await.expect(200);
    let refused = key.delete(&path(PRIVATE, "")).await;
    refused.problem(403, "out_of_scope");
}

#[actix_web::test]
async fn a_key_that_is_kept_to_a_script_reaches_no_other() {
    let app = TestApi::new().start().await;
    let key = app.through_key(ada(), reach(KeyScope::Write, Some(vec![PUBLIC])));
    key.get(&path(PRIVATE, "")).await.problem(404, "not_found");
    key.get(&path(PRIVATE, "/raw"))
        .await
        .problem(404, "not_found");
    key.delete(&path(PRIVATE, ""))
        .await
        .problem(404, "not_found");
    key.delete(&path(PUBLIC, "")).await.expect(204);
    let script = json!({"title": "New", "language": "lua", "content": "print(1)"});
    let refused = key.post("/api/scripts").json(&script).await;
    refused.problem(403, "key_restricted");
}

#[actix_web::test]
async fn a_key_that_is_none_is_401_and_one_of_a_suspended_person_is_told() {
    let app = TestApi::new().start().await;
    let anybody = app.anonymous();
    let bearing = |token| anybody.get("/api/scripts").header("Authorization", token);
    bearing("Bearer shk_99")
        .await
        .problem(401, "api_key_invalid");
    bearing("Bearer shk_mistyped")
        .await
        .problem(401, "api_key_invalid");
    let suspended = ada().being(Condition::Suspended);
    let key = app.through_key(suspended, reach(KeyScope::Read, None));
    key.get("/api/scripts")
        .await
        .problem(403, "account_suspended");
    let unknowable = ada().being(Condition::Unknowable);
    let key = app.through_key(unknowable, reach(KeyScope::Read, None));
    key.get("/api/scripts").await.problem(503, "unavailable");
}

#[actix_web::test]
async fn a_session_and_a_key_in_one_request_are_401() {
    let app = TestApi::new().start().await;
    let key = app.through_key(ada(), reach(KeyScope::Read, None));
    let both = key
        .get("/api/scripts")
        .header("Authorization", "Bearer token-of-ada");
    both.await.problem(401, "access_token_invalid");
}
