//! Answers that everybody gets alike are kept for a moment; nothing that depends on who asks is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::access::permission::Permission;
use domain::script::entity::ScriptDetail;
use domain::script::state::Visibility;

use crate::harness::{TestApi, user_id, world};

/// How often the script was read from the port.
type Reads = Arc<AtomicUsize>;

fn counting(detail: ScriptDetail) -> (TestApi, Reads) {
    let reads = Reads::default();
    let counted = Arc::clone(&reads);
    let app = TestApi::new().with(move |ports| {
        ports.scripts.expect_find().returning(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok(Some(detail.clone()))
        });
    });
    (app, reads)
}

fn public() -> ScriptDetail {
    world::script(world::PUBLIC, "page", user_id("ada"), Visibility::Public)
}

fn page() -> String {
    format!("/api/scripts/{}", world::PUBLIC)
}

#[actix_web::test]
async fn what_everybody_gets_alike_is_read_once() {
    let (app, reads) = counting(public());
    let app = app.start().await;
    let first = app.anonymous().get(&page()).await.expect(200);
    let second = app.anonymous().get(&page()).await.expect(200);
    assert_eq!(first.text(), second.text());
    assert_eq!(first.header("etag"), second.header("etag"));
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    assert_eq!(reads.load(Ordering::Relaxed), 1);
}

#[actix_web::test]
async fn whoever_is_known_is_answered_for_themselves() {
    let (app, reads) = counting(public());
    let app = app.start().await;
    let client = app.as_user(&[Permission::ScriptsRead]);
    app.anonymous().get(&page()).await.expect(200);
    for _ in 0..2 {
        client.get(&page()).await.expect(200);
    }
    assert_eq!(reads.load(Ordering::Relaxed), 3);
}

#[actix_web::test]
async fn who_has_it_already_and_who_has_not_are_told_apart() {
    let (app, _) = counting(public());
    let app = app.start().await;
    let answer = app.anonymous().get(&page()).await.expect(200);
    let tag = answer.header("etag").unwrap().to_owned();
    for _ in 0..2 {
        let again = app.anonymous().get(&page()).header("If-None-Match", &tag);
        assert_eq!(again.await.expect(304).text(), "");
        let other = app
            .anonymous()
            .get(&page())
            .header("If-None-Match", "\"x\"");
        assert_eq!(other.await.expect(200).text(), answer.text());
    }
}

#[actix_web::test]
async fn a_change_is_seen_at_once() {
    let (app, reads) = counting(public());
    let app = app.start().await;
    app.anonymous().get(&page()).await.expect(200);
    let ada = app.as_user(&[Permission::ScriptsDelete]);
    let deleted = world::path(world::PUBLIC, "");
    ada.delete(&deleted).await.expect(204);
    let before = reads.load(Ordering::Relaxed);
    app.anonymous().get(&page()).await.expect(200);
    assert_eq!(reads.load(Ordering::Relaxed), before + 1);
}

#[actix_web::test]
async fn a_script_that_is_not_there_is_looked_for_every_time() {
    let looked = Reads::default();
    let counted = Arc::clone(&looked);
    let app = TestApi::new().with(move |ports| {
        ports.scripts.expect_find().returning(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok(None)
        });
    });
    let app = app.start().await;
    for _ in 0..2 {
        app.anonymous().get(&page()).await.problem(404, "not_found");
    }
    assert_eq!(looked.load(Ordering::Relaxed), 2);
}
