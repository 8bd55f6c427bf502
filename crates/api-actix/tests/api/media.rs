//! Bodies that are too large, or of a kind that is not read here.

use domain::access::permission::Permission;
use serde_json::json;

use crate::harness::{TestApi, with_bodies};

const MIB: usize = 1024 * 1024;

#[actix_web::test]
async fn a_body_that_is_too_large_is_refused_whether_or_not_it_says_so() {
    let app = TestApi::new().start().await;
    let client = app.as_user(Permission::ALL);
    let large = format!("{{\"content\":\"{}\"}}", "a".repeat(5 * MIB));
    for operation in with_bodies() {
        let announced = operation
            .bare(&client)
            .body("application/json", large.clone());
        announced.await.problem(413, "payload_too_large");
        let chunked = operation
            .bare(&client)
            .body("application/json", large.clone());
        chunked.chunked().await.problem(413, "payload_too_large");
    }
}

#[actix_web::test]
async fn a_body_that_announces_more_than_fits_is_refused_before_it_arrives() {
    let app = TestApi::new().start().await;
    let client = app.as_user(Permission::ALL);
    for operation in with_bodies() {
        for length in [9_999_999, u64::MAX] {
            let call = operation.bare(&client).body("application/json", "{}");
            let answer = call.claiming(length).await;
            answer.problem(413, "payload_too_large");
        }
    }
}

#[actix_web::test]
async fn only_json_in_utf8_is_read() {
    let app = TestApi::new().start().await;
    let client = app.as_user(Permission::ALL);
    let others = [
        "",
        "text/plain",
        "text/plain;charset=UTF-8",
        "text/plain; application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "application/json-patch+json",
        "application/json, text/plain",
        "application/json; charset=latin1",
        "application/json; charset=utf-16",
        "application/octet-stream",
        "json",
    ];
    for operation in with_bodies() {
        let example = operation.example_body().unwrap().to_string();
        for media_type in others {
            let call = operation.bare(&client).body(media_type, example.clone());
            call.await.problem(415, "unsupported_media_type");
        }
    }
}

#[actix_web::test]
async fn a_body_without_a_media_type_is_not_read() {
    let app = TestApi::new().start().await;
    let client = app.as_user(Permission::ALL);
    for operation in with_bodies() {
        let answer = operation.bare(&client).await;
        answer.problem(415, "unsupported_media_type");
    }
}

#[actix_web::test]
async fn a_compressed_body_is_not_read() {
    let app = TestApi::new().start().await;
    let client = app.as_user(Permission::ALL);
    for operation in with_bodies() {
        for coding in ["gzip", "br", "deflate", "identity, gzip", "x"] {
            let call = operation
                .example(&client)
                .header("Content-Encoding", coding);
            call.await.problem(415, "unsupported_media_type");
        }
    }
}

#[actix_web::test]
async fn json_may_say_that_it_is_utf8() {
    let app = TestApi::new().start().await;
    let client = app.as_user(Permission::ALL);
    let kinds = [
        "application/json; charset=utf-8",
        "APPLICATION/JSON;CHARSET=\"UTF-8\"",
        "application/json;",
    ];
    for operation in with_bodies() {
        let example = operation.example_body().unwrap().to_string();
        for media_type in kinds {
            let answer = operation
                .bare(&client)
                .body(media_type, example.clone())
                .await;
            assert!(
                answer.status.is_success(),
                "{} {media_type}",
                operation.name()
            );
        }
    }
}

#[actix_web::test]
async fn a_content_may_be_as_long_as_its_author_is_allowed_to_and_no_longer() {
    let app = TestApi::new().start().await;
    let create = [Permission::ScriptsCreate];
    let advanced = [Permission::ScriptsCreate, Permission::ApiAdvanced];
    let longest = [(&create[..], MIB), (&advanced[..], 2 * MIB)];
    for (permissions, longest) in longest {
        let client = app.as_user(permissions);
        for (length, fits) in [(longest, true), (longest + 1, false)] {
            // A line break takes two bytes in JSON: what fits, fits however it is written.
            let body = json!({"title": "Long", "language": "lua", "content": "\n".repeat(length)});
            let answer = client.post("/api/scripts").json(&body).await;
            if fits {
                answer.expect(201);
            } else {
                answer.invalid("content", "too_long");
            }
        }
    }
}
