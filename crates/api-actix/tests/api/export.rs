//! Everything about somebody, for themselves.

use insta::assert_json_snapshot;

use crate::harness::TestApi;

#[actix_web::test]
async fn people_take_with_them_everything_that_is_held_about_them() {
    let app = TestApi::new().start().await;
    let ada = app.as_user(&[]);
    let answer = ada.get("/api/users/me/export").await.expect(200);
    let saved_as = "attachment; filename=\"scripthub-ada.json\"";
    assert_eq!(answer.header("content-disposition"), Some(saved_as));
    assert_eq!(answer.header("cache-control"), Some("private, no-store"));
    assert_json_snapshot!("export", answer.json());
}
