//! Who may call from a browser: the origins on the list, letter for letter, and nobody else.

use actix_web::http::Method;
use chrono::TimeDelta;
use domain::limit::quota::{LimitClass, Verdict};
use domain::outage::{Dependency, Outage};

use crate::harness::{Answer, App, FRONTEND, Ports, TestApi, operations, world};

const STRANGERS: [&str; 13] = [
    "https://evil.example",
    "null",
    "",
    "*",
    "https://scripthub.id.evil.example",
    "https://evil-scripthub.id",
    "https://evilscripthub.id",
    "http://scripthub.id",
    "https://scripthub.id:8443",
    "https://sub.scripthub.id",
    "https://scripthub.id/",
    "https://SCRIPTHUB.id",
    "https://scripthub.id, https://evil.example",
];

fn trouble(ports: &mut Ports) {
    let exhausted = Verdict {
        allowed: false,
        remaining: 0,
        reset_after: TimeDelta::seconds(60),
    };
    let limiter = &mut ports.limiter;
    limiter
        .expect_admit()
        .withf(|act| act.class == LimitClass::Auth)
        .return_const(exhausted);
    let profiles = &mut ports.profiles;
    profiles
        .expect_find_public()
        .withf(|name| name.as_str() == "broken")
        .returning(|_| {
            Err(Outage::Inconsistent {
                what: "users",
                detail: "x".to_owned(),
            })
        });
    profiles
        .expect_find_public()
        .withf(|name| name.as_str() == "away")
        .returning(|_| Err(Outage::Overloaded(Dependency::Postgres)));
}

/// Answers of all kinds to a page of this origin.
async fn answers_to(app: &App, origin: &str) -> Vec<Answer> {
    let client = app.anonymous();
    let raw = format!("/api/scripts/{}/raw", world::PUBLIC);
    let mut answers = Vec::new();
    for path in [
        "/api/scripts",
        &raw,
        "/api/users/me",
        "/nothing",
        "/api/users/broken",
        "/api/users/away",
    ] {
        answers.push(
            client
                .get(path)
                .header("Origin", origin)
                .that_may_fail()
                .await,
        );
    }
    answers.push(client.post("/api/scripts/x").header("Origin", origin).await);
    let login = operations()
        .into_iter()
        .find(|operation| operation.path == "/api/auth/login");
    answers.push(
        login
            .unwrap()
            .example(&client)
            .header("Origin", origin)
            .await,
    );
    let statuses: Vec<_> = answers
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect();
    assert_eq!(statuses, [200, 200, 401, 404, 500, 503, 405, 429]);
    answers
}

#[actix_web::test]
async fn an_origin_on_the_list_can_read_every_answer_failures_included() {
    let app = TestApi::new().with(trouble).start().await;
    for answer in answers_to(&app, FRONTEND).await {
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some(FRONTEND),
            "{answer:?}"
        );
        assert_eq!(
            answer.header("access-control-allow-credentials"),
            Some("true")
        );
        let exposed = answer
            .header("access-control-expose-headers")
            .unwrap()
            .to_lowercase();
        for name in [
            "etag",
            "link",
            "location",
            "retry-after",
            "ratelimit",
            "ratelimit-policy",
            "x-request-id",
        ] {
            assert!(exposed.contains(name), "{name} is not in {exposed}");
        }
    }
}

#[actix_web::test]
async fn an_origin_that_is_not_on_the_list_is_told_nothing() {
    let app = TestApi::new().with(trouble).start().await;
    for origin in STRANGERS {
        for answer in answers_to(&app, origin).await {
            assert_eq!(
                answer.header("access-control-allow-origin"),
                None,
                "{origin}: {answer:?}"
            );
        }
    }
}

#[actix_web::test]
async fn what_depends_on_the_origin_says_so_even_to_those_who_have_none() {
    let app = TestApi::new().start().await;
    for operation in operations() {
        let answer = operation.example(&app.anonymous()).await;
        let varies = answer
            .header("vary")
            .unwrap_or_else(|| panic!("{}", operation.name()));
        assert!(varies.contains("Origin"), "{}: {varies}", operation.name());
    }
}

fn preflight<'a>(
    app: &'a App,
    origin: &str,
    method: &str,
    headers: &str,
) -> crate::harness::Call<'a> {
    let call = app.anonymous().call(Method::OPTIONS, "/api/scripts");
    call.header("Origin", origin)
        .header("Access-Control-Request-Method", method)
        .header("Access-Control-Request-Headers", headers)
}

#[actix_web::test]
async fn a_page_on_the_list_may_send_what_the_documents_describe() {
    let app = TestApi::new().start().await;
    let headers = "authorization,content-type,if-match,if-none-match,idempotency-key,x-request-id";
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] {
        let answer = preflight(&app, FRONTEND, method, headers).await.expect(200);
        assert_eq!(answer.header("access-control-allow-origin"), Some(FRONTEND));
        assert!(
            answer
                .header("access-control-allow-methods")
                .unwrap()
                .contains(method)
        );
        assert!(answer.header("vary").unwrap().contains("Origin"));
    }
}

#[actix_web::test]
async fn a_page_that_is_not_on_the_list_may_send_nothing() {
    let app = TestApi::new().start().await;
    for origin in STRANGERS {
        let answer = preflight(&app, origin, "POST", "authorization").await;
        assert_eq!(
            answer.header("access-control-allow-origin"),
            None,
            "{origin}"
        );
        assert!(
            answer.status.is_client_error(),
            "{origin}: {}",
            answer.status
        );
    }
}

#[actix_web::test]
async fn what_nobody_needs_is_not_allowed() {
    let app = TestApi::new().start().await;
    for (method, headers) in [
        ("TRACE", "authorization"),
        ("PURGE", "authorization"),
        ("GET", "x-forwarded-for"),
        ("GET", "x-http-method-override"),
    ] {
        let answer = preflight(&app, FRONTEND, method, headers).await;
        assert!(answer.status.is_client_error(), "{method} {headers}");
    }
}

#[actix_web::test]
async fn asking_for_permission_costs_nothing() {
    let app = TestApi::new().with(|ports| {
        ports
            .limiter
            .expect_admit()
            .returning(|act| panic!("counted: {act:?}"));
    });
    let app = app.start().await;
    let answer = preflight(&app, FRONTEND, "POST", "authorization")
        .await
        .expect(200);
    assert_eq!(answer.header("ratelimit"), None);
}
