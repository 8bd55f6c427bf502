//! When it is our own fault.

use domain::access::permission::Permission;
use domain::outage::{Dependency, Outage};
use domain::page::Page;

use crate::harness::{FRONTEND, TestApi, operations, world};

/// What the causes say, and no client may read.
const SECRET: &str = "FATAL: password authentication failed for user \"scripthub\" at 10.0.0.7";

/// The outage that is told by this code.
fn outage(code: &str) -> Outage {
    match code {
        "unavailable" => Outage::unavailable(Dependency::Postgres, SECRET),
        "overloaded" => Outage::Overloaded(Dependency::Postgres),
        "unknown_outcome" => Outage::UnknownOutcome(Dependency::Postgres),
        _ => Outage::Inconsistent {
            what: "scripts.slug",
            detail: SECRET.to_owned(),
        },
    }
}

#[actix_web::test]
async fn an_outage_is_told_without_its_cause() {
    let told = [
        ("unavailable", 503),
        ("overloaded", 503),
        ("unknown_outcome", 503),
        ("internal_error", 500),
    ];
    for (code, status) in told {
        let app = TestApi::new().with(|ports| {
            let scripts = &mut ports.scripts;
            scripts.expect_find().returning(move |_| Err(outage(code)));
        });
        let app = app.start().await;
        let uri = world::path(world::PUBLIC, "");
        let answer = app.anonymous().get(&uri).that_may_fail().await;
        let answer = answer.problem(status, code);
        assert!(!answer.text().contains("10.0.0.7"), "{}", answer.text());
        assert_eq!(answer.header("retry-after").is_some(), status == 503);
    }
}

#[actix_web::test]
async fn a_busy_hasher_asks_to_come_back() {
    let app = TestApi::new().with(|ports| {
        let busy = || Outage::Overloaded(Dependency::PasswordHashing);
        ports
            .passwords
            .expect_hash()
            .returning(move |_| Err(busy()));
        ports
            .passwords
            .expect_check()
            .returning(move |_, _| Err(busy()));
    });
    let app = app.start().await;
    for operation in operations() {
        if ["/api/auth/register", "/api/auth/login"].contains(&operation.path.as_str()) {
            let answer = operation.example(&app.anonymous()).await;
            answer.problem(503, "overloaded");
        }
    }
}

#[actix_web::test]
async fn a_handler_that_panics_fails_one_request_and_nothing_else() {
    let app = TestApi::new().https_only().with(|ports| {
        ports
            .scripts
            .expect_list()
            .returning(|_| -> Result<Page<_>, Outage> {
                panic!("index out of bounds: the len is 3 but the index is 7")
            });
    });
    let app = app.start().await;
    let client = app.as_user(Permission::ALL);
    for _ in 0..3 {
        let call = client
            .get("/api/scripts")
            .header("X-Request-Id", "trace-0001");
        let answer = call.that_may_fail().await.problem(500, "internal_error");
        assert!(!answer.text().contains("index"), "{}", answer.text());
        assert_eq!(answer.header("x-request-id"), Some("trace-0001"));
        assert!(answer.header("strict-transport-security").is_some());
        let script = format!("/api/scripts/{}", world::PUBLIC);
        client.get(&script).await.expect(200);
        client.get("/health/live").await.expect(200);
    }
}

#[actix_web::test]
async fn a_browser_can_read_that_a_handler_panicked() {
    let app = TestApi::new().with(|ports| {
        ports
            .scripts
            .expect_list()
            .returning(|_| panic!("at the disco"));
    });
    let app = app.start().await;
    let call = app
        .anonymous()
        .get("/api/scripts")
        .header("Origin", FRONTEND);
    let answer = call.that_may_fail().await.problem(500, "internal_error");
    assert_eq!(answer.header("access-control-allow-origin"), Some(FRONTEND));
    assert!(answer.header("vary").unwrap().contains("Origin"));
}

#[actix_web::test]
async fn a_panic_while_finding_out_who_calls_fails_one_request_too() {
    let app = TestApi::new().with(|ports| {
        ports
            .limiter
            .expect_admit()
            .returning(|_| panic!("no limits"));
    });
    let app = app.start().await;
    let answer = app.anonymous().get("/api/scripts").that_may_fail().await;
    answer.problem(500, "internal_error");
    app.anonymous().get("/health/live").await.expect(200);
}

#[actix_web::test]
async fn a_node_whose_database_is_away_says_that_it_wants_no_requests() {
    let app = TestApi::new().with(|ports| {
        ports
            .probe
            .expect_check()
            .returning(|| Err(Outage::unavailable(Dependency::Postgres, SECRET)));
    });
    let app = app.start().await;
    let answer = app.anonymous().get("/health/ready").await.expect(503);
    assert_eq!(answer.header("retry-after"), Some("2"));
    assert_eq!(answer.json()["status"], "unavailable");
    assert_eq!(answer.json()["parts"][0]["state"], "down");
    assert!(!answer.text().contains("10.0.0.7"));
    app.anonymous().get("/health/live").await.expect(200);
}

#[actix_web::test]
async fn a_node_on_its_way_out_says_so_and_still_answers() {
    let app = TestApi::new().start().await;
    app.api.health.drain();
    let answer = app.anonymous().get("/health/ready").await.expect(503);
    assert_eq!(answer.json()["status"], "draining");
    app.anonymous().get("/api/scripts").await.expect(200);
}
