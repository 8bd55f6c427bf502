//! Pictures of people, as clients see them.

use actix_web::http::Method;
use domain::account::avatar::UnfitPicture;
use domain::outage::{Dependency, Outage, StoreError};

use crate::harness::{Call, Person, TestApi, world};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const MINE: &str = "/api/users/me/avatar";
const MIB: usize = 1024 * 1024;

fn picture(side: u32) -> String {
    format!("/api/avatars/{}/{side}.webp", world::AVATAR)
}

fn put(app: &crate::harness::App) -> Call<'_> {
    app.as_person(Person::named("ada")).call(Method::PUT, MINE)
}

#[actix_web::test]
async fn an_upload_is_answered_with_the_account_that_tells_where_it_is() {
    let app = TestApi::new().start().await;
    let answer = put(&app).body("image/png", PNG).await.expect(200);
    let address = answer.json()["avatar_url"].as_str().unwrap().to_owned();
    assert!(address.starts_with("/api/avatars/"), "{address}");
    assert!(address.ends_with("/256.webp"), "{address}");
    assert!(answer.header("etag").is_some());
    let client = app.as_person(Person::named("ada"));
    client.delete(MINE).await.expect(204);
    client.delete(MINE).await.expect(204);
    let profile = app.anonymous().get("/api/users/ada").await.expect(200);
    assert!(profile.json()["avatar_url"].is_null());
}

#[actix_web::test]
async fn a_picture_is_kept_for_a_year_and_nothing_but_a_picture() {
    let app = TestApi::new().start().await;
    for side in [256, 64] {
        let answer = app.anonymous().get(&picture(side)).await.expect(200);
        assert_eq!(answer.text(), side.to_string());
        assert_eq!(answer.header("content-type"), Some("image/webp"));
        assert_eq!(
            answer.header("cache-control"),
            Some("public, max-age=31536000, immutable")
        );
        assert_eq!(
            answer.header("cross-origin-resource-policy"),
            Some("cross-origin")
        );
        let tag = answer.header("etag").unwrap().to_owned();
        let call = app.anonymous().get(&picture(side));
        let again = call.header("If-None-Match", &tag).await.expect(304);
        assert!(again.body.is_empty());
        assert_eq!(again.header("etag"), Some(&*tag));
    }
}

#[actix_web::test]
async fn what_is_not_there_cannot_be_asked_for_by_any_name() {
    let app = TestApi::new().start().await;
    let id = world::AVATAR;
    for path in [
        format!("/api/avatars/{}/256.webp", world::MISSING),
        format!("/api/avatars/{id}/128.webp"),
        format!("/api/avatars/{id}/0256.webp"),
        format!("/api/avatars/{id}/+256.webp"),
        format!("/api/avatars/{id}/256.png"),
        format!("/api/avatars/{id}/..%2f256.webp"),
        "/api/avatars/..%2f..%2fetc%2fpasswd/256.webp".to_owned(),
        "/api/avatars/%00/256.webp".to_owned(),
        format!("/api/avatars/{{{id}}}/256.webp"),
    ] {
        app.anonymous().get(&path).await.problem(404, "not_found");
    }
}

#[actix_web::test]
async fn only_what_says_it_is_a_picture_and_is_one_is_taken() {
    let app = TestApi::new().with(|ports| {
        ports.objects.expect_put().never();
    });
    let app = app.start().await;
    for kind in [
        "image/svg+xml",
        "text/html",
        "application/json",
        "application/octet-stream",
        "multipart/form-data; boundary=x",
        "image/*",
        "image/bmp",
        "",
    ] {
        let answer = put(&app).body(kind, PNG).await;
        answer.problem(415, "unsupported_media_type");
    }
    put(&app).await.problem(415, "unsupported_media_type");
    for coding in ["gzip", "br", "x"] {
        let call = put(&app).body("image/png", PNG);
        let answer = call.header("Content-Encoding", coding).await;
        answer.problem(415, "unsupported_media_type");
    }
    for content in [&b"<svg><script/></svg>"[..], b"<html>", b""] {
        let answer = put(&app).body("image/png", content).await;
        answer.invalid("body", "malformed");
    }
}

#[actix_web::test]
async fn the_rule_that_a_picture_breaks_is_told() {
    for (unfit, code) in [
        (UnfitPicture::Unreadable, "malformed"),
        (UnfitPicture::TooLarge, "too_long"),
        (UnfitPicture::TooManyFrames, "too_long"),
    ] {
        let app = TestApi::new().with(move |ports| {
            let draw = ports.pictures.expect_draw_avatar();
            draw.returning(move |_| Err(StoreError::Conflict(unfit)));
        });
        let app = app.start().await;
        let answer = put(&app).body("image/png", PNG).await;
        answer.invalid("body", code);
    }
}

#[actix_web::test]
async fn more_than_fits_is_refused_before_it_is_read() {
    let app = TestApi::new().start().await;
    let large = |length: usize| {
        let mut bytes = PNG.to_vec();
        bytes.resize(length, 0);
        bytes
    };
    let fits = put(&app).body("image/png", large(2 * MIB)).await;
    fits.expect(200);
    let over = || put(&app).body("image/png", large(2 * MIB + 1));
    over().await.problem(413, "payload_too_large");
    over().chunked().await.problem(413, "payload_too_large");
    let claims = put(&app).body("image/png", PNG).claiming(u64::MAX);
    claims.await.problem(413, "payload_too_large");
}

#[actix_web::test]
async fn without_the_store_nothing_is_shown_and_nothing_is_changed() {
    let app = TestApi::new().with(|ports| {
        let away = || Outage::unavailable(Dependency::Storage, "away");
        ports.avatars.expect_change().never();
        ports
            .objects
            .expect_put()
            .returning(move |_, _| Err(away()));
        ports.objects.expect_find().returning(move |_| Err(away()));
    });
    let app = app.start().await;
    let answer = put(&app).body("image/png", PNG).await;
    answer.problem(503, "unavailable");
    let answer = app.anonymous().get(&picture(64)).await;
    let answer = answer.problem(503, "unavailable");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[actix_web::test]
async fn who_has_not_confirmed_their_address_uploads_nothing() {
    let app = TestApi::new().start().await;
    let client = app.as_person(Person::named("ada").unverified());
    let call = client.call(Method::PUT, MINE);
    let answer = call.body("text/html", "x").await;
    answer.problem(403, "email_not_verified");
    client.delete(MINE).await.expect(204);
    let anonymous = app.anonymous().call(Method::PUT, MINE);
    anonymous.await.problem(401, "unauthenticated");
}
