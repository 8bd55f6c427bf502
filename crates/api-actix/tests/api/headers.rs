//! What every answer carries. That the security headers are there is asserted by the harness for every answer of every test;
//! here are their values, and the headers that depend on something.

use std::collections::BTreeSet;

use actix_web::http::Method;
use domain::access::permission::Permission;
use domain::account::registration::RegisterConflict;
use domain::limit::quota::LimitClass;
use domain::outage::{Dependency, Outage, StoreError};
use serde_json::{Value, json};

use crate::harness::{Answer, App, Call, FRONTEND, Person, Ports, TestApi, used_up, world};

/// One answer of every status there is.
async fn one_of_each(app: &App) -> Vec<Answer> {
    let calls = successes(app).into_iter().chain(failures(app));
    let mut answers = Vec::new();
    for (status, call) in calls {
        answers.push(call.that_may_fail().await.expect(status));
    }
    answers
}

fn new_script() -> Value {
    json!({"title": "A", "language": "lua", "content": "a"})
}

fn successes(app: &App) -> Vec<(u16, Call<'_>)> {
    let (ada, anybody) = (app.as_user(Permission::ALL), app.anonymous());
    let script = world::path(world::PUBLIC, "");
    let preflight = anybody.call(Method::OPTIONS, &script);
    let preflight = preflight.header("Origin", FRONTEND);
    vec![
        (200, anybody.get(&script)),
        (200, anybody.get("/docs/index.html")),
        (200, anybody.get("/openapi.json")),
        (200, anybody.get(&format!("{script}/raw"))),
        (
            200,
            preflight.header("Access-Control-Request-Method", "PATCH"),
        ),
        (201, ada.post("/api/scripts").json(&new_script())),
        (204, ada.post("/api/auth/logout")),
        (304, anybody.get(&script).header("If-None-Match", "*")),
        (308, anybody.get("/docs")),
    ]
}

fn failures(app: &App) -> Vec<(u16, Call<'_>)> {
    let (ada, anybody) = (app.as_user(Permission::ALL), app.anonymous());
    let eve = app.as_person(Person::named("eve"));
    let script = world::path(world::PUBLIC, "");
    let taken = json!({"email": "a@example.org", "username": "taken", "password": "long enough"});
    let (refresh, nothing) = (json!({"refresh_token": "shr_…"}), json!({}));
    let publish = || ada.post("/api/scripts").json(&new_script());
    vec![
        (400, publish().header("Idempotency-Key", "")),
        (401, anybody.get("/api/users/me")),
        (403, eve.post("/api/scripts").json(&new_script())),
        (404, anybody.get("/nothing")),
        (404, anybody.get("/docs/nothing.js")),
        (405, anybody.call(Method::TRACE, &script)),
        (409, anybody.post("/api/auth/register").json(&taken)),
        (412, ada.delete(&script).header("If-Match", "\"2-0\"")),
        (413, publish().claiming(u64::MAX)),
        (415, ada.post("/api/scripts").body("text/plain", "a")),
        (422, ada.post("/api/scripts").json(&nothing)),
        (428, ada.patch("/api/users/me").json(&nothing)),
        (429, anybody.post("/api/auth/refresh").json(&refresh)),
        (500, anybody.get("/api/users/limitless")),
        (503, anybody.get("/api/users/unknown")),
    ]
}

fn trouble(ports: &mut Ports) {
    used_up(LimitClass::Refresh)(ports);
    ports
        .accounts
        .expect_register()
        .returning(|_| Err(StoreError::Conflict(RegisterConflict::UsernameTaken)));
    let profiles = &mut ports.profiles;
    profiles
        .expect_find_public()
        .withf(|name| name.as_str() == "limitless")
        .returning(|_| {
            Err(Outage::Inconsistent {
                what: "users",
                detail: "x".to_owned(),
            })
        });
    profiles
        .expect_find_public()
        .withf(|name| name.as_str() == "unknown")
        .returning(|_| Err(Outage::Overloaded(Dependency::Postgres)));
}

#[actix_web::test]
async fn every_status_there_is_carries_the_same_protection() {
    let app = TestApi::new().with(trouble).start().await;
    let mut statuses = BTreeSet::new();
    for answer in one_of_each(&app).await {
        statuses.insert(answer.status.as_u16());
        let expected = [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
        ];
        for (name, value) in expected {
            assert_eq!(answer.header(name), Some(value), "{answer:?}");
        }
        let policy = answer.header("content-security-policy").unwrap();
        let is_sandboxed = policy.contains("sandbox");
        assert!(
            is_sandboxed || policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(
            !policy.contains("unsafe-eval") && !policy.contains('*'),
            "{policy}"
        );
        assert_eq!(
            answer.header("strict-transport-security"),
            None,
            "over plain HTTP"
        );
    }
    assert!(statuses.len() >= 19, "{statuses:?}");
}

#[actix_web::test]
async fn clients_of_a_server_behind_https_are_told_to_keep_it_so_for_a_year_and_more() {
    let app = TestApi::new().https_only().with(trouble).start().await;
    for answer in one_of_each(&app).await {
        let value = answer.header("strict-transport-security").unwrap();
        let age = value
            .split([';', '='])
            .nth(1)
            .unwrap()
            .parse::<u64>()
            .unwrap();
        assert!(age >= 31_536_000, "{value}");
        assert!(value.contains("includeSubDomains"), "{value}");
    }
}

#[actix_web::test]
async fn a_request_is_named_by_its_client_or_by_us() {
    let app = TestApi::new().start().await;
    let client = app.anonymous();
    for good in [
        "trace-0001",
        "0198f6a0-3c1e-7d55-9c43-3c6d8f1a2b10",
        &"a".repeat(128),
    ] {
        let answer = client
            .get("/api/users/me")
            .header("X-Request-Id", good)
            .await;
        assert_eq!(answer.header("x-request-id"), Some(good));
        assert_eq!(answer.json()["request_id"], good);
    }
    let mut ours = BTreeSet::new();
    for bad in [
        "",
        "short",
        "a b c d e f",
        "<script>alert(1)</script>",
        "sch\u{f6}ner-name",
        &"a".repeat(129),
    ] {
        let answer = client
            .get("/api/users/me")
            .header("X-Request-Id", bad)
            .await;
        ours.insert(answer.header("x-request-id").unwrap().to_owned());
        assert_ne!(answer.header("x-request-id"), Some(bad));
    }
    assert_eq!(ours.len(), 6, "every request has a name of its own");
}

#[actix_web::test]
async fn a_token_can_be_sent_in_one_way_only() {
    let app = TestApi::new().start().await;
    let _ada = app.as_user(&[]);
    let me = || app.anonymous().get("/api/users/me");
    for good in [
        "Bearer token-of-ada",
        "bearer token-of-ada",
        "BEARER  token-of-ada",
    ] {
        me().header("Authorization", good).await.expect(200);
    }
    let bad = [
        "",
        "Bearer",
        "Bearer ",
        "token-of-ada",
        "Basic token-of-ada",
        "Bearertoken-of-ada",
        "Bearer token-of-eve",
        "Bearer token-of-ada, Bearer token-of-ada",
        "Bearer sch\u{fc}",
    ];
    for bad in bad {
        let answer = me().header("Authorization", bad).await;
        let answer = answer.problem(401, "access_token_invalid");
        assert_eq!(
            answer.header("www-authenticate"),
            Some("Bearer error=\"invalid_token\"")
        );
    }
    let twice = me().header("Authorization", "Bearer token-of-ada");
    let twice = twice.header("Authorization", "Bearer token-of-ada").await;
    twice.problem(401, "access_token_invalid");
    let elsewhere = app
        .anonymous()
        .get("/api/users/me?access_token=token-of-ada");
    let elsewhere = elsewhere.header("Cookie", "access_token=token-of-ada");
    let answer = elsewhere.await.problem(401, "unauthenticated");
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
}
