//! Requests that hold only under a condition: `If-Match`, `If-None-Match`, `Idempotency-Key`.

use domain::access::permission::Permission;
use domain::idempotency::{IdempotencyConflict, StoredReply};
use domain::outage::StoreError;
use domain::port::idempotent_replies::Repetition;
use domain::script::publication::PublishConflict;
use serde_json::json;

use crate::harness::{Operation, TestApi, operations, world};

fn with_header(name: &str) -> Vec<Operation> {
    let mut operations = operations();
    operations.retain(|operation| {
        operation
            .parameters("header")
            .iter()
            .any(|known| known == name)
    });
    assert!(operations.len() >= 2, "nobody takes {name} any more");
    operations
}

fn demands(operation: &Operation, header: &str) -> bool {
    let parameters = operation.spec["parameters"].as_array().unwrap();
    parameters
        .iter()
        .any(|known| known["name"] == header && known["required"] == true)
}

#[actix_web::test]
async fn a_change_names_the_state_that_it_is_made_for() {
    let app = TestApi::new().start().await;
    let client = app.as_user(Permission::ALL);
    for operation in with_header("If-Match") {
        let call = || {
            let call = client.call(operation.method.clone(), &operation.uri());
            match operation.example_body() {
                Some(body) => call.json(&body),
                None => call,
            }
        };
        let answer = call().await;
        if demands(&operation, "If-Match") {
            answer.problem(428, "precondition_required");
        } else {
            answer.expect(204);
        }
        call()
            .header("If-Match", "*")
            .await
            .problem(428, "precondition_required");
        for never_ours in [
            "",
            "1",
            "\"\"",
            "\"x\"",
            "\"x-1\"",
            "W/\"1-0\"",
            "\"-1-0\"",
            "\"99999999999999999999-0\"",
        ] {
            let answer = call().header("If-Match", never_ours).await;
            answer.problem(412, "precondition_failed");
        }
        for stale in ["\"0-0\"", "\"2-0\"", "\"9223372036854775807-0\""] {
            let answer = call().header("If-Match", stale).await;
            let is_deletion = answer.status == 204;
            assert!(!is_deletion, "{} deletes another state", operation.name());
            answer.problem(412, "precondition_failed");
        }
    }
}

#[actix_web::test]
async fn the_tag_that_was_read_is_the_tag_that_a_change_takes() {
    let app = TestApi::new().start().await;
    let client = app.as_user(Permission::ALL);
    let script = format!("/api/scripts/{}", world::PUBLIC);
    for uri in ["/api/users/me", &script] {
        let read = client.get(uri).await.expect(200);
        let tag = read.header("etag").unwrap();
        let call = client.patch(uri).header("If-Match", tag).json(&json!({}));
        call.await.expect(200);
    }
}

#[actix_web::test]
async fn what_a_client_has_already_is_not_sent_again() {
    let app = TestApi::new().start().await;
    let client = app.as_user(Permission::ALL);
    let mut tagged = 0;
    for operation in operations() {
        let is_read = operation.spec["responses"].get("304").is_some();
        if !is_read {
            continue;
        }
        tagged += 1;
        let first = operation.example(&client).await.expect(200);
        let tag = first
            .header("etag")
            .unwrap_or_else(|| panic!("{}", operation.name()));
        assert!(
            tag.starts_with('"') && tag.ends_with('"'),
            "{tag} is not strong"
        );
        for known in [tag, &format!("W/{tag}"), &format!("\"other\", {tag}"), "*"] {
            let again = operation
                .example(&client)
                .header("If-None-Match", known)
                .await;
            let again = again.expect(304);
            assert!(again.body.is_empty());
            assert_eq!(again.header("etag"), Some(tag));
            assert_eq!(again.header("cache-control"), first.header("cache-control"));
            assert_eq!(
                again.header("vary"),
                first.header("vary"),
                "{}",
                operation.name()
            );
        }
        let other = operation
            .example(&client)
            .header("If-None-Match", "\"other\"")
            .await;
        other.expect(200);
    }
    assert!(tagged >= 5, "only {tagged} reads have tags");
}

#[actix_web::test]
async fn a_key_of_the_wrong_form_is_refused() {
    let app = TestApi::new().start().await;
    let client = app.as_user(Permission::ALL);
    for operation in with_header("Idempotency-Key") {
        for key in ["", "\"\"", "a\tb", "sch\u{fc}ssel", &"k".repeat(256)] {
            let answer = operation
                .example(&client)
                .header("Idempotency-Key", key)
                .await;
            let answer = answer.problem(400, "invalid_header");
            assert!(
                answer.text().contains("Idempotency-Key"),
                "{}",
                answer.text()
            );
        }
        for key in ["k", "\"quoted\"", &"k".repeat(255)] {
            let answer = operation
                .example(&client)
                .header("Idempotency-Key", key)
                .await;
            let answer = answer.expect(201);
            assert_eq!(answer.header("idempotency-replayed"), None);
        }
    }
}

#[actix_web::test]
async fn a_repeated_request_gets_the_stored_answer_byte_for_byte() {
    let app = TestApi::new().with(|ports| {
        ports.replies.expect_find().returning(|_| {
            Ok(Some(Repetition::Same(StoredReply {
                status: 201,
                headers: vec![("Location".to_owned(), "/api/scripts/stored".to_owned())],
                body: b"{\"id\":\"stored\"}".to_vec(),
            })))
        });
        ports
            .scripts
            .expect_publish()
            .returning(|_| panic!("it was done before"));
        ports
            .scripts
            .expect_add_version()
            .returning(|_| panic!("it was done before"));
    });
    let app = app.start().await;
    let client = app.as_user(Permission::ALL);
    for operation in with_header("Idempotency-Key") {
        let answer = operation
            .example(&client)
            .header("Idempotency-Key", "one")
            .await
            .expect(201);
        assert_eq!(answer.header("idempotency-replayed"), Some("true"));
        assert_eq!(answer.header("location"), Some("/api/scripts/stored"));
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.text(), "{\"id\":\"stored\"}");
    }
}

#[actix_web::test]
async fn a_key_belongs_to_one_request() {
    let app = TestApi::new().with(|ports| {
        ports
            .replies
            .expect_find()
            .returning(|_| Ok(Some(Repetition::OtherBody)));
    });
    let app = app.start().await;
    let client = app.as_user(Permission::ALL);
    for operation in with_header("Idempotency-Key") {
        let answer = operation
            .example(&client)
            .header("Idempotency-Key", "one")
            .await;
        answer.problem(422, "idempotency_key_reused");
    }
}

#[actix_web::test]
async fn a_request_that_is_still_being_worked_on_is_told_to_come_back() {
    let app = TestApi::new().with(|ports| {
        ports.scripts.expect_publish().returning(|_| {
            let conflict = PublishConflict::Repeated(IdempotencyConflict::InProgress);
            Err(StoreError::Conflict(conflict))
        });
    });
    let app = app.start().await;
    let client = app.as_user(&[Permission::ScriptsCreate]);
    let body = json!({"title": "A", "language": "lua", "content": "a"});
    let call = client
        .post("/api/scripts")
        .header("Idempotency-Key", "one")
        .json(&body);
    let answer = call.await.problem(409, "request_in_progress");
    assert_eq!(answer.header("retry-after"), Some("1"));
}

#[actix_web::test]
async fn keys_of_different_people_and_paths_never_meet() {
    let app = TestApi::new().with(|ports| {
        ports.scripts.expect_publish().returning(|publication| {
            let record = publication.idempotency.as_ref().unwrap();
            assert_eq!(
                record.request.scope,
                "75616461-0000-0000-0000-000000000000 POST /api/scripts"
            );
            assert_eq!(record.request.key.as_str(), "one");
            assert_eq!(record.reply.status, 201);
            assert!(
                record
                    .reply
                    .headers
                    .iter()
                    .any(|(name, _)| name == "Location")
            );
            Ok(())
        });
    });
    let app = app.start().await;
    let client = app.as_user(&[Permission::ScriptsCreate]);
    let body = json!({"title": "A", "language": "lua", "content": "a"});
    let call = client
        .post("/api/scripts")
        .header("Idempotency-Key", "one")
        .json(&body);
    call.await.expect(201);
}
