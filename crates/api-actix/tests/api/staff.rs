//! What staff sees and does.

use domain::access::permission::Permission;
use domain::account::supervision::StaffConflict;
use domain::account::user::AccountStatus;
use domain::outage::StoreError;
use serde_json::json;

use crate::harness::{TestApi, user_id, world};

fn account(rest: &str) -> String {
    format!("/api/admin/users/{}{rest}", user_id("grace"))
}

#[actix_web::test]
async fn accounts_are_found_by_what_the_query_says_and_bad_queries_are_told_why() {
    let app = TestApi::new().with(|ports| {
        ports.supervised.expect_list().returning(|listing| {
            let filter = &listing.filter;
            assert_eq!(filter.words.as_ref().unwrap().as_str(), "ada");
            assert_eq!(filter.status, Some(AccountStatus::Suspended));
            assert_eq!(filter.role.as_ref().unwrap().as_str(), "moderator");
            Ok(domain::page::Page {
                items: vec![world::ada()],
                next: None,
                previous: None,
            })
        });
    });
    let app = app.start().await;
    let staff = app.as_user(&[Permission::UsersRead]);
    let answer = staff
        .get("/api/admin/users?q=%20Ada&status=suspended&role=moderator")
        .await
        .expect(200);
    assert_eq!(answer.json()["items"][0]["username"], "ada");
    for (query, field) in [
        ("q=ab", "q"),
        ("status=asleep", "status"),
        ("role=A", "role"),
        ("limit=0", "limit"),
        ("page=2", "page"),
    ] {
        let answer = staff.get(&format!("/api/admin/users?{query}")).await;
        let problem = answer.problem(422, "validation_failed");
        assert_eq!(problem.json()["errors"][0]["field"], field, "{query}");
    }
    let forged = staff.get("/api/admin/users?cursor=forged").await;
    forged.problem(400, "invalid_cursor");
}

#[actix_web::test]
async fn a_dossier_shows_what_staff_needs_and_no_secret() {
    let app = TestApi::new().start().await;
    let staff = app.as_user(&[Permission::UsersRead]);
    let answer = staff.get(&account("")).await.expect(200);
    let dossier = answer.json();
    assert_eq!(dossier["user"]["email"], "ada@example.org");
    assert_eq!(dossier["grants"][0]["role"], "user");
    assert_eq!(dossier["suspension"], json!(null));
    assert!(!answer.text().contains("password"));
    let missing = format!("/api/admin/users/{}", world::MISSING);
    staff.get(&missing).await.problem(404, "not_found");
    staff
        .get("/api/admin/users/nobody")
        .await
        .problem(404, "not_found");
}

#[actix_web::test]
async fn a_suspension_needs_a_reason_and_an_end_that_is_still_to_come() {
    let app = TestApi::new().start().await;
    let staff = app.as_user(&[Permission::UsersSuspend]);
    let path = account("/suspend");
    let suspend = async |body| staff.post(&path).json(&body).await;
    suspend(json!({"reason": "spam"})).await.expect(204);
    suspend(json!({"reason": "spam", "until": "2099-01-01T00:00:00Z"}))
        .await
        .expect(204);
    for (body, field) in [
        (json!({}), "reason"),
        (json!({"reason": " "}), "reason"),
        (json!({"reason": "spam", "until": "tomorrow"}), "until"),
        (
            json!({"reason": "spam", "until": "2001-01-01T00:00:00Z"}),
            "until",
        ),
        (json!({"reason": "spam", "role": "admin"}), "role"),
    ] {
        let problem = suspend(body).await.problem(422, "validation_failed");
        assert_eq!(problem.json()["errors"][0]["field"], field);
    }
}

#[actix_web::test]
async fn what_stands_in_the_way_of_staff_is_told_apart() {
    for (conflict, status, code) in [
        (StaffConflict::NotFound, 404, "not_found"),
        (StaffConflict::Above, 403, "stands_above_you"),
        (
            StaffConflict::WrongState(AccountStatus::Deleted),
            409,
            "wrong_state",
        ),
        (StaffConflict::LastAdmin, 409, "last_admin"),
    ] {
        let app = TestApi::new().with(move |ports| {
            ports
                .supervised
                .expect_decide()
                .returning(move |_| Err(StoreError::Conflict(conflict)));
        });
        let app = app.start().await;
        let staff = app.as_user(Permission::ALL);
        let suspend = staff.post(&account("/suspend"));
        let suspended = suspend.json(&json!({"reason": "spam"})).await;
        suspended.problem(status, code);
        staff.delete(&account("")).await.problem(status, code);
    }
}

#[actix_web::test]
async fn nobody_suspends_or_deletes_themselves_by_a_slip() {
    let app = TestApi::new().start().await;
    let staff = app.as_user(Permission::ALL);
    let me = staff.get("/api/users/me").await.expect(200).json()["id"].clone();
    let own = format!("/api/admin/users/{}", me.as_str().unwrap());
    let body = json!({"reason": "spam"});
    let suspended = staff.post(&format!("{own}/suspend")).json(&body).await;
    suspended.problem(409, "own_account");
    staff.delete(&own).await.problem(409, "own_account");
}
