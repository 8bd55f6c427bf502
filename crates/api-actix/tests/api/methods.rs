//! Paths and methods that nobody offers.

use std::collections::BTreeSet;

use actix_web::http::Method;
use domain::access::permission::Permission;

use crate::harness::{TestApi, operations, world};

const ALL: [&str; 10] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PURGE",
];

fn method(name: &str) -> Method {
    Method::from_bytes(name.as_bytes()).unwrap()
}

/// The methods of all patterns that fit: `/api/users/me` also is `/api/users/{username}`, but has methods of its own.
fn offered(path: &str) -> BTreeSet<String> {
    let here = operations()
        .into_iter()
        .filter(|operation| operation.path == path);
    let mut methods: BTreeSet<_> = here.map(|operation| operation.method.to_string()).collect();
    if methods.contains("GET") {
        methods.insert("HEAD".to_owned());
    }
    methods
}

#[actix_web::test]
async fn a_method_that_is_not_offered_is_told_from_a_path_that_is_not_there() {
    let app = TestApi::new().start().await;
    let client = app.as_user(Permission::ALL);
    for operation in operations() {
        let offered = offered(&operation.path);
        for name in ALL.iter().filter(|name| !offered.contains(**name)) {
            let answer = client.call(method(name), &operation.uri()).await;
            let answer = answer.problem(405, "method_not_allowed");
            let allowed = answer.header("allow").unwrap().split(", ");
            let allowed: BTreeSet<_> = allowed.map(str::to_owned).collect();
            assert_eq!(allowed, offered, "{name} {}", operation.path);
        }
    }
}

#[actix_web::test]
async fn a_path_that_is_not_there_is_not_there_by_any_method() {
    let app = TestApi::new().start().await;
    let client = app.as_user(Permission::ALL);
    let paths = [
        "/",
        "/api",
        "/api/",
        "/api/nothing",
        "/API/scripts",
        "/api/scripts/",
        "/api//scripts",
        "/api/scripts%2F",
        "/api/scripts/..%2F..%2Fhealth/live",
        "/api/./scripts",
        "/api/scripts/by/ada",
        "/.env",
        "/.git/config",
        "/metrics",
        "/admin",
        "/.well-known/other.json",
    ];
    for path in paths {
        for name in ALL {
            client
                .call(method(name), path)
                .await
                .problem(404, "not_found");
        }
    }
}

#[actix_web::test]
async fn what_cannot_be_an_id_names_nothing() {
    let app = TestApi::new().start().await;
    let client = app.as_user(Permission::ALL);
    let simple = world::PUBLIC.as_uuid().simple().to_string();
    let ids = [
        "0",
        "1",
        "-1",
        "9223372036854775808",
        "null",
        "undefined",
        "not-a-uuid",
        "%00",
        "%20",
        "'%20OR%201=1",
        "..",
        "%2e%2e%2f",
        &simple,
        "%7B00000000-0000-0000-0000-000000000a11%7D",
        "urn:uuid:00000000-0000-0000-0000-000000000a11",
        "00000000-0000-0000-0000-000000000a1g",
        "00000000-0000-0000-0000-0000000000a11",
    ];
    for operation in operations()
        .iter()
        .filter(|operation| operation.path.contains("{id}"))
    {
        for id in ids {
            let call = client.call(operation.method.clone(), &operation.uri_of(id));
            let call = call.header("If-Match", "\"1-0\"");
            let answer = match operation.example_body() {
                Some(body) => call.json(&body).await,
                None => call.await,
            };
            answer.problem(404, "not_found");
        }
    }
}

#[actix_web::test]
async fn what_cannot_be_a_version_names_nothing() {
    let app = TestApi::new().start().await;
    let client = app.anonymous();
    let nobody = "f".repeat(64);
    let versions = [
        "0",
        "-1",
        "2",
        "4294967296",
        "9223372036854775808",
        "LATEST",
        "newest",
        "1.0.1",
        "%00",
        "..",
        "a%2Fb",
        &nobody,
    ];
    for version in versions {
        for tail in ["", "/raw"] {
            let uri = format!("/api/scripts/{}/versions/{version}{tail}", world::PUBLIC);
            client.get(&uri).await.problem(404, "not_found");
        }
    }
}

#[actix_web::test]
async fn a_method_in_a_header_changes_nothing() {
    let app = TestApi::new().with(|ports| {
        ports
            .scripts
            .expect_delete()
            .returning(|_| panic!("nobody sent DELETE"));
    });
    let app = app.start().await;
    let client = app.as_user(Permission::ALL);
    let script = format!("/api/scripts/{}", world::PUBLIC);
    for name in [
        "X-HTTP-Method-Override",
        "X-HTTP-Method",
        "X-Method-Override",
    ] {
        client.get(&script).header(name, "DELETE").await.expect(200);
        let answer = client.post(&script).header(name, "DELETE").await;
        answer.problem(405, "method_not_allowed");
        let answer = client.post(&format!("{script}?_method=DELETE")).await;
        answer.problem(405, "method_not_allowed");
    }
}

#[actix_web::test]
async fn the_head_of_everything_that_can_be_read_is_that_of_its_reading() {
    let app = TestApi::new().start().await;
    let client = app.as_user(Permission::ALL);
    for operation in operations()
        .iter()
        .filter(|operation| operation.method == Method::GET)
    {
        let read = client.get(&operation.uri()).await;
        let head = client.call(Method::HEAD, &operation.uri()).await;
        assert_eq!(head.status, read.status, "{}", operation.name());
        for name in [
            "content-type",
            "etag",
            "cache-control",
            "vary",
            "link",
            "ratelimit",
        ] {
            assert_eq!(
                head.header(name),
                read.header(name),
                "{} {name}",
                operation.name()
            );
        }
    }
}
