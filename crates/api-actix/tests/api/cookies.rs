//! Refresh tokens that browsers keep in a cookie.

use domain::outage::{Dependency, Outage};
use domain::port::sessions::Rotation;
use domain::session::AuthMethod;
use domain::session::rotation::Decision;
use serde_json::{Value, json};

use crate::harness::{
    Answer, App, Call, FRONTEND, Person, TestApi, operations, session_id, user_id,
};

const NAME: &str = "__Host-scripthub_refresh";
/// The only refresh token that is a good one here; it is of Ada's session.
const GOOD: &str = "__Host-scripthub_refresh=shr_…";
/// The doors that hand out tokens, but for the refresh.
const DOORS: [&str; 7] = [
    "register",
    "login",
    "mfa",
    "restore",
    "reauthenticate",
    "exchange",
    "link/confirm",
];

fn cookies(answer: &Answer) -> Vec<String> {
    let values = answer.headers.get_all("set-cookie");
    values
        .map(|value| value.to_str().unwrap().to_owned())
        .collect()
}

#[track_caller]
fn assert_sets_the_cookie(answer: &Answer) {
    let [cookie] = &cookies(answer)[..] else {
        panic!("{answer:?}");
    };
    assert!(cookie.starts_with(&format!("{NAME}=shr_")), "{cookie}");
    for attribute in [
        "Secure",
        "HttpOnly",
        "SameSite=Lax",
        "Path=/",
        "Max-Age=2592000",
    ] {
        assert!(
            cookie.split("; ").any(|part| part == attribute),
            "{attribute}: {cookie}"
        );
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    let token = &answer.json()["token"];
    assert!(token["access_token"].is_string() && token["refresh_expires_in"].is_i64());
    assert_eq!(token.get("refresh_token"), None, "{token}");
}

#[track_caller]
fn assert_forgets_the_cookie(answer: &Answer) {
    let [cookie] = &cookies(answer)[..] else {
        panic!("{answer:?}");
    };
    assert!(cookie.starts_with(&format!("{NAME}=;")), "{cookie}");
    assert!(cookie.contains("Max-Age=0"), "{cookie}");
}

/// The example of a door, asking for this delivery.
fn door<'a>(app: &'a App, name: &str, delivery: &Value) -> Call<'a> {
    let path = format!("/api/auth/{name}");
    let operation = operations()
        .into_iter()
        .find(|operation| operation.path == path)
        .unwrap();
    let mut body = operation.example_body().unwrap();
    body["token_delivery"] = delivery.clone();
    if name == "restore" {
        body["email"] = json!("charles@example.org");
    }
    let client = app.as_person(Person::named("ada"));
    client.post(&path).json(&body)
}

fn refresh(app: &App) -> Call<'_> {
    app.anonymous().post("/api/auth/refresh")
}

#[actix_web::test]
async fn every_door_delivers_in_the_way_that_is_asked_for() {
    for name in DOORS {
        let app = TestApi::new().start().await;
        let answer = door(&app, name, &json!("cookie")).await;
        assert!(answer.status.is_success(), "{name}: {answer:?}");
        assert_sets_the_cookie(&answer);
        let app = TestApi::new().start().await;
        let answer = door(&app, name, &json!("body")).await;
        assert!(answer.json()["token"]["refresh_token"].is_string());
        assert!(cookies(&answer).is_empty(), "{name}");
        let answer = door(&app, name, &json!("header")).await;
        answer.invalid("token_delivery", "unknown_value");
    }
}

#[actix_web::test]
async fn the_cookie_gets_the_next_cookie_without_a_body() {
    let app = TestApi::new().start().await;
    let call = refresh(&app).header("Cookie", GOOD);
    let answer = call.header("Origin", FRONTEND).await.expect(200);
    assert_sets_the_cookie(&answer);
    assert_eq!(
        answer.header("access-control-allow-credentials"),
        Some("true")
    );
    // Some clients send an empty object whatever they are told.
    let call = refresh(&app).header("Cookie", GOOD).json(&json!({}));
    assert_sets_the_cookie(&call.header("Origin", FRONTEND).await.expect(200));
}

#[actix_web::test]
async fn a_cookie_that_another_page_sends_along_is_not_looked_at() {
    let app = TestApi::new().start().await;
    let strangers = [
        None,
        Some("null"),
        Some(""),
        Some("https://evil.example"),
        Some("https://scripthub.id.evil.example"),
        Some("http://scripthub.id"),
        Some("https://scripthub.id/"),
    ];
    for origin in strangers {
        for value in [GOOD, "__Host-scripthub_refresh=shr_bad"] {
            let mut call = refresh(&app).header("Cookie", value);
            if let Some(origin) = origin {
                call = call.header("Origin", origin);
            }
            let answer = call.await.problem(403, "foreign_origin");
            assert!(cookies(&answer).is_empty(), "{origin:?}");
        }
    }
    let call = refresh(&app)
        .header("Cookie", GOOD)
        .header("Origin", FRONTEND);
    let twice = call.header("Origin", "https://evil.example").await;
    twice.problem(403, "foreign_origin");
}

#[actix_web::test]
async fn what_a_form_can_send_has_no_effect() {
    let app = TestApi::new().with(|ports| {
        ports.sessions.expect_rotate().never();
        ports.sessions.expect_open().never();
    });
    let app = app.start().await;
    for media_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
    ] {
        for origin in [FRONTEND, "https://evil.example"] {
            let body = r#"{"email":"ada@example.org","password":"correct horse battery"}"#;
            let call = app.anonymous().post("/api/auth/login");
            let answer = call
                .header("Origin", origin)
                .body(media_type, body)
                .await
                .problem(415, "unsupported_media_type");
            assert!(cookies(&answer).is_empty());
            let call = refresh(&app)
                .header("Cookie", GOOD)
                .header("Origin", origin);
            let status = call.body(media_type, "{}").await.status.as_u16();
            assert!([403, 415].contains(&status), "{media_type}: {status}");
        }
    }
}

#[actix_web::test]
async fn two_tokens_at_once_are_none() {
    let app = TestApi::new().with(|ports| {
        ports.sessions.expect_rotate().never();
    });
    let app = app.start().await;
    let call = refresh(&app)
        .header("Cookie", GOOD)
        .header("Origin", FRONTEND);
    let answer = call.json(&json!({"refresh_token": "shr_…"})).await;
    let answer = answer.invalid("refresh_token", "malformed");
    assert!(cookies(&answer).is_empty());
    let answer = refresh(&app).json(&json!({})).await;
    answer.invalid("refresh_token", "required");
}

#[actix_web::test]
async fn a_session_that_is_over_takes_its_cookie_along_and_an_outage_does_not() {
    let ends = [
        (Decision::Reused, "refresh_token_reused"),
        (Decision::Expired, "session_expired"),
        (Decision::Revoked, "refresh_token_invalid"),
    ];
    for (decision, code) in ends {
        let app = TestApi::new().with(move |ports| {
            ports.sessions.expect_rotate().returning(move |attempt| {
                Ok(Some(Rotation {
                    user: user_id("ada"),
                    decision,
                    authenticated_at: attempt.now,
                    methods: vec![AuthMethod::Password],
                }))
            });
        });
        let app = app.start().await;
        let call = refresh(&app)
            .header("Cookie", GOOD)
            .header("Origin", FRONTEND);
        assert_forgets_the_cookie(&call.await.problem(401, code));
        // Who sent the token in the body has no cookie to lose.
        let call = refresh(&app).json(&json!({"refresh_token": "shr_…"}));
        assert!(cookies(&call.await.problem(401, code)).is_empty());
    }
    let app = TestApi::new().with(|ports| {
        ports
            .sessions
            .expect_rotate()
            .returning(|_| Err(Outage::Overloaded(Dependency::Postgres)));
    });
    let app = app.start().await;
    let call = refresh(&app)
        .header("Cookie", GOOD)
        .header("Origin", FRONTEND);
    assert!(cookies(&call.await.problem(503, "overloaded")).is_empty());
}

#[actix_web::test]
async fn signing_out_takes_the_cookie_of_the_session_along_and_no_other() {
    let app = TestApi::new().start().await;
    let leave = |name: &str, value: &str| {
        let client = app.as_person(Person::named(name));
        client.post("/api/auth/logout").header("Cookie", value)
    };
    assert_forgets_the_cookie(&leave("ada", GOOD).await.expect(204));
    let garbage = "__Host-scripthub_refresh=garbage";
    assert_forgets_the_cookie(&leave("ada", garbage).await.expect(204));
    // Another session was begun in the same browser: its cookie stays.
    let answer = leave("bob", GOOD).await.expect(204);
    assert!(cookies(&answer).is_empty());
    assert_ne!(session_id("ada"), session_id("bob"));
    let answer = leave("ada", "other=1").await.expect(204);
    assert!(cookies(&answer).is_empty());
}

#[actix_web::test]
async fn the_cookie_is_no_access_token() {
    let app = TestApi::new().start().await;
    let client = app.anonymous();
    let me = client.get("/api/users/me").header("Cookie", GOOD);
    me.await.problem(401, "unauthenticated");
}
