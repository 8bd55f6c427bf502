//! What happened, for staff and for the person concerned.

use domain::access::permission::Permission;
use domain::audit::{AuditAction, Outcome};
use domain::page::Page;
use serde_json::json;

use crate::harness::{TestApi, user_id, world};

#[actix_web::test]
async fn the_log_is_searched_by_every_field() {
    let app = TestApi::new().with(|ports| {
        ports.audit_records.expect_list().returning(|listing| {
            let filter = &listing.filter;
            assert_eq!(filter.actor, Some(user_id("grace")));
            assert_eq!(filter.subject, Some(user_id("ada").as_uuid()));
            assert_eq!(filter.action, Some(AuditAction::SuspendAccount));
            assert_eq!(filter.outcome, Some(Outcome::Success));
            assert!(filter.from < filter.to);
            assert_eq!(filter.request_id.as_deref(), Some("request-0001"));
            Ok(Page {
                items: vec![world::suspension()],
                next: None,
                previous: None,
            })
        });
    });
    let app = app.start().await;
    let staff = app.as_user(&[Permission::AuditRead]);
    let query = format!(
        "actor={}&subject={}&action=account.suspend&outcome=success&from=2026-01-01T00:00:00Z&to=2026-12-31T00:00:00%2B07:00&request_id=request-0001",
        user_id("grace"),
        user_id("ada"),
    );
    let answer = staff
        .get(&format!("/api/audit-logs?{query}"))
        .await
        .expect(200);
    let row = &answer.json()["items"][0];
    assert_eq!(row["actor_id"], json!(user_id("grace").to_string()));
    assert_eq!(row["after"], json!({"reason": "spam"}));
    assert_eq!(row["ip"], "192.0.2.7");
}

#[actix_web::test]
async fn a_search_that_cannot_be_meant_names_its_field() {
    let app = TestApi::new().start().await;
    let staff = app.as_user(&[Permission::AuditRead]);
    for (query, field) in [
        ("actor=ada", "actor"),
        ("subject=1", "subject"),
        ("action=account.fly", "action"),
        ("outcome=maybe", "outcome"),
        ("from=yesterday", "from"),
        ("to=2026-13-01T00:00:00Z", "to"),
        ("limit=51", "limit"),
        ("sort=ip", "sort"),
    ] {
        let answer = staff.get(&format!("/api/audit-logs?{query}")).await;
        let problem = answer.problem(422, "validation_failed");
        assert_eq!(problem.json()["errors"][0]["field"], field, "{query}");
    }
}

#[actix_web::test]
async fn the_person_concerned_learns_that_staff_acted_and_not_who() {
    let app = TestApi::new().start().await;
    let answer = app
        .as_user(&[])
        .get("/api/users/me/security-events")
        .await
        .expect(200);
    let event = &answer.json()["items"][0];
    assert_eq!(event["action"], "account.suspend");
    assert_eq!(event["by"], "staff");
    assert_eq!(
        (&event["ip"], &event["user_agent"]),
        (&json!(null), &json!(null))
    );
    assert!(!answer.text().contains(&user_id("grace").to_string()));
}
