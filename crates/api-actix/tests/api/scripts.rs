//! Scripts, as clients see them.

use domain::access::permission::Permission;
use domain::outage::StoreError;
use domain::page::Page;
use domain::script::listing::{ListScope, ScriptSort};
use domain::script::publication::{AmendConflict, PublishConflict};
use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::harness::{TestApi, world};

fn new_script() -> Value {
    json!({"title": "Word frequency", "language": "Lua", "content": world::CONTENT, "tags": ["Text", "text"], "licence": "MIT"})
}

#[actix_web::test]
async fn whoever_publishes_gets_the_script_its_address_and_its_tag() {
    let app = TestApi::new().start().await;
    let author = app.as_user(&[Permission::ScriptsCreate]);
    let answer = author
        .post("/api/scripts")
        .json(&new_script())
        .await
        .expect(201);
    let body = answer.json();
    let id = body["id"].as_str().unwrap();
    assert_eq!(
        answer.header("location"),
        Some(&*format!("/api/scripts/{id}"))
    );
    assert!(answer.header("etag").unwrap().starts_with("\"1-"));
    assert_eq!(answer.header("idempotency-replayed"), None);
    assert_json_snapshot!("published", body);
}

#[actix_web::test]
async fn a_slug_that_was_asked_for_can_be_taken_and_a_category_unknown() {
    let conflicts = [
        (PublishConflict::SlugTaken, 409, "slug_taken"),
        (PublishConflict::UnknownCategory, 422, "validation_failed"),
    ];
    for (conflict, status, code) in conflicts {
        let app = TestApi::new().with(|ports| {
            ports
                .scripts
                .expect_publish()
                .returning(move |_| Err(StoreError::Conflict(conflict)));
        });
        let app = app.start().await;
        let mut body = new_script();
        body["slug"] = json!("mine");
        body["category"] = json!("games");
        let answer = app
            .as_user(&[Permission::ScriptsCreate])
            .post("/api/scripts")
            .json(&body)
            .await;
        let answer = answer.problem(status, code);
        if status == 422 {
            assert_eq!(answer.fields(), ["category: unknown_value"]);
        }
    }
}

#[actix_web::test]
async fn a_script_is_the_same_by_id_and_by_its_readable_address() {
    let app = TestApi::new().start().await;
    let client = app.anonymous();
    let by_id = client
        .get(&world::path(world::PUBLIC, ""))
        .await
        .expect(200);
    let by_address = client
        .get("/api/scripts/by/ADA/word-frequency")
        .await
        .expect(200);
    assert_eq!(by_id.json(), by_address.json());
    assert_eq!(by_id.header("etag"), by_address.header("etag"));
    assert_json_snapshot!("script", by_id.json());
}

#[actix_web::test]
async fn a_list_shows_no_readme_and_no_content() {
    let app = TestApi::new().start().await;
    let answer = app.anonymous().get("/api/scripts").await.expect(200);
    assert_json_snapshot!("scripts", answer.json());
}

#[actix_web::test]
async fn a_list_is_filtered_by_what_the_query_says() {
    let app = TestApi::new().with(|ports| {
        ports.scripts.expect_list().times(1).returning(|listing| {
            let filter = &listing.filter;
            assert_eq!(listing.scope, ListScope::Public);
            assert_eq!(listing.sort, ScriptSort::Updated);
            assert_eq!(listing.limit.get(), 7);
            assert_eq!(filter.language.as_ref().unwrap().as_str(), "c++");
            assert_eq!(filter.tag.as_ref().unwrap().as_str(), "c#");
            assert_eq!(filter.author.as_ref().unwrap().as_str(), "ada");
            Ok(Page {
                items: Vec::new(),
                next: None,
                previous: None,
            })
        });
    });
    let app = app.start().await;
    let uri = "/api/scripts?sort=updated&language=C%2B%2B&tag=C%23&author=Ada&limit=7";
    app.anonymous().get(uri).await.expect(200);
}

#[actix_web::test]
async fn a_change_answers_the_script_with_its_new_tag() {
    let app = TestApi::new().start().await;
    let ada = app.as_user(&[Permission::ScriptsUpdate]);
    let call = ada
        .patch(&world::path(world::PUBLIC, ""))
        .header("If-Match", "\"1-0\"");
    let answer = call
        .json(&json!({"title": "Counting words"}))
        .await
        .expect(200);
    assert_eq!(answer.json()["title"], "Counting words");
    assert!(answer.header("etag").unwrap().starts_with("\"2-"));
}

#[actix_web::test]
async fn a_change_that_meets_another_is_told_why() {
    let conflicts = [
        (AmendConflict::Stale, 412, "precondition_failed"),
        (AmendConflict::SlugTaken, 409, "slug_taken"),
        (AmendConflict::UnknownCategory, 422, "validation_failed"),
    ];
    for (conflict, status, code) in conflicts {
        let app = TestApi::new().with(|ports| {
            ports
                .scripts
                .expect_amend()
                .returning(move |_| Err(StoreError::Conflict(conflict)));
        });
        let app = app.start().await;
        let ada = app.as_user(&[Permission::ScriptsUpdate]);
        let call = ada
            .patch(&world::path(world::PUBLIC, ""))
            .header("If-Match", "\"1-0\"");
        call.json(&json!({"slug": "other", "category": "games"}))
            .await
            .problem(status, code);
    }
}

#[actix_web::test]
async fn what_was_deleted_can_be_restored_by_its_owner() {
    let app = TestApi::new().start().await;
    let ada = app.as_user(&[Permission::ScriptsDelete]);
    ada.get(&world::path(world::DELETED, ""))
        .await
        .problem(404, "not_found");
    let answer = ada
        .post(&world::path(world::DELETED, "/restore"))
        .await
        .expect(200);
    assert_eq!(answer.json()["status"], "published");
    ada.post(&world::path(world::PUBLIC, "/restore"))
        .await
        .problem(404, "not_found");
    assert!(
        ada.delete(&world::path(world::PUBLIC, ""))
            .await
            .expect(204)
            .body
            .is_empty()
    );
}
