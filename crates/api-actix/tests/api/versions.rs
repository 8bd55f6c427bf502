//! Versions, as clients see them.

use domain::access::permission::Permission;
use domain::outage::StoreError;
use domain::script::publication::VersionConflict;
use domain::script::state::Visibility;
use domain::script::version::VersionLabel;
use insta::assert_json_snapshot;
use serde_json::json;

use crate::harness::{TestApi, user_id, world};

#[actix_web::test]
async fn a_further_version_has_the_next_number_and_an_address() {
    let app = TestApi::new().start().await;
    let ada = app.as_user(&[Permission::ScriptsCreate]);
    let body =
        json!({"content": "print('hello again')\n", "label": "1.1+build", "changelog": "Politer."});
    let answer = ada
        .post(&world::path(world::PUBLIC, "/versions"))
        .json(&body)
        .await
        .expect(201);
    assert_eq!(
        answer.header("location"),
        Some(&*world::path(world::PUBLIC, "/versions/2"))
    );
    assert_json_snapshot!("added_version", answer.json());
}

#[actix_web::test]
async fn the_same_content_again_adds_nothing() {
    let app = TestApi::new().with(|ports| {
        ports
            .scripts
            .expect_add_version()
            .returning(|_| panic!("nothing is new"));
    });
    let app = app.start().await;
    let ada = app.as_user(&[Permission::ScriptsCreate]);
    let body = json!({"content": world::CONTENT});
    let answer = ada
        .post(&world::path(world::PUBLIC, "/versions"))
        .json(&body)
        .await
        .expect(200);
    assert_eq!(answer.json()["number"], 1);
    assert_eq!(answer.header("location"), None);
}

#[actix_web::test]
async fn a_version_that_meets_another_is_told_why() {
    let conflicts = [
        (VersionConflict::LabelTaken, "label_taken"),
        (VersionConflict::Stale, "contended"),
    ];
    for (conflict, code) in conflicts {
        let app = TestApi::new().with(|ports| {
            ports
                .scripts
                .expect_add_version()
                .returning(move |_| Err(StoreError::Conflict(conflict)));
        });
        let app = app.start().await;
        let ada = app.as_user(&[Permission::ScriptsCreate]);
        let body = json!({"content": "a", "label": "2.0"});
        ada.post(&world::path(world::PUBLIC, "/versions"))
            .json(&body)
            .await
            .problem(409, code);
    }
}

#[actix_web::test]
async fn a_version_is_found_by_number_label_digest_and_as_the_latest() {
    let mut built = world::script(world::MISSING, "built", user_id("ada"), Visibility::Public);
    built.latest.label = VersionLabel::parse("1.0+build").ok();
    let app = TestApi::new().with_script(built).start().await;
    let digest = world::pack(world::CONTENT).sha256.to_string();
    for version in [
        "1",
        "latest",
        "1.0+build",
        "1.0%2Bbuild",
        "1.0%2bbuild",
        &digest,
    ] {
        let uri = world::path(world::MISSING, &format!("/versions/{version}"));
        let answer = app.anonymous().get(&uri).await.expect(200);
        assert_eq!(answer.json()["number"], 1, "{version}");
    }
    let versions = app
        .anonymous()
        .get(&world::path(world::MISSING, "/versions"))
        .await
        .expect(200);
    assert_json_snapshot!("versions", versions.json());
}
