//! People, as they see themselves and as others see them.

use chrono::TimeDelta;
use domain::outage::StoreError;
use domain::port::profiles::StaleProfile;
use insta::assert_json_snapshot;
use serde_json::json;

use crate::harness::{PASSWORD, Person, TestApi, user_id};

#[actix_web::test]
async fn people_see_their_own_account_and_whether_it_has_changed() {
    let app = TestApi::new().start().await;
    let ada = app.as_user(&[]);
    let answer = ada.get("/api/users/me").await.expect(200);
    assert_json_snapshot!("me", answer.json());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let tag = answer.header("etag").unwrap();
    ada.get("/api/users/me")
        .header("If-None-Match", tag)
        .await
        .expect(304);
}

#[actix_web::test]
async fn what_others_see_of_a_person_has_no_address_no_roles_and_no_status() {
    let app = TestApi::new().start().await;
    let answer = app.anonymous().get("/api/users/ADA").await.expect(200);
    assert_json_snapshot!("profile", answer.json());
    app.anonymous()
        .get("/api/users/nobody")
        .await
        .problem(404, "not_found");
}

#[actix_web::test]
async fn people_change_what_they_send_and_nothing_else() {
    let app = TestApi::new().with(|ports| {
        ports
            .profiles
            .expect_change()
            .withf(|change| {
                let patch = &change.patch;
                change.user == user_id("ada")
                    && patch.display_name == Some(None)
                    && patch.biography.is_none()
                    && patch.locale.is_none()
            })
            .returning(|_| Ok(crate::harness::world::ada()));
        ports
            .profiles
            .expect_change()
            .returning(|change| panic!("{:?}", change.patch));
    });
    let app = app.start().await;
    let call = app
        .as_user(&[])
        .patch("/api/users/me")
        .header("If-Match", "\"1-0\"");
    call.json(&json!({"display_name": null})).await.expect(200);
}

#[actix_web::test]
async fn a_change_answers_the_account_with_its_new_tag() {
    let app = TestApi::new().start().await;
    let call = app
        .as_user(&[])
        .patch("/api/users/me")
        .header("If-Match", "\"1-0\"");
    let answer = call
        .json(&json!({"display_name": "Countess"}))
        .await
        .expect(200);
    assert_eq!(answer.json()["display_name"], "Countess");
    assert!(answer.header("etag").unwrap().starts_with("\"2-"));
}

#[actix_web::test]
async fn who_comes_second_is_told() {
    let app = TestApi::new().with(|ports| {
        ports
            .profiles
            .expect_change()
            .returning(|_| Err(StoreError::Conflict(StaleProfile)));
    });
    let app = app.start().await;
    let call = app
        .as_user(&[])
        .patch("/api/users/me")
        .header("If-Match", "\"1-0\"");
    call.json(&json!({"locale": "id"}))
        .await
        .problem(412, "precondition_failed");
}

#[actix_web::test]
async fn an_account_is_deleted_on_a_fresh_proof_only() {
    let app = TestApi::new().start().await;
    let proven = |ago| app.as_person(Person::named("ada").who_proved_it(ago));
    proven(TimeDelta::seconds(599))
        .delete("/api/users/me")
        .await
        .expect(204);
    proven(TimeDelta::minutes(10))
        .delete("/api/users/me")
        .await
        .problem(403, "reauth_required");
}

#[actix_web::test]
async fn who_is_not_deleted_cannot_come_back() {
    let app = TestApi::new().start().await;
    let body = json!({"email": "ada@example.org", "password": PASSWORD});
    app.anonymous()
        .post("/api/auth/restore")
        .json(&body)
        .await
        .problem(401, "invalid_credentials");
}
