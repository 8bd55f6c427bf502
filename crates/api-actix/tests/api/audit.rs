//! What happened, for staff and for the person concerned.

use actix_web::http::Method;
use domain::access::permission::Permission;
use domain::audit::{AuditAction, AuditEntry, Facts, Outcome, Party};
use domain::outage::{Dependency, Outage};
use domain::page::{Page, Position, Window};
use serde_json::json;

use crate::harness::{Ports, TestApi, user_id, world};

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
        ("request_id=short", "request_id"),
        ("request_id=request%00001", "request_id"),
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

#[actix_web::test]
async fn an_export_that_cannot_be_meant_names_its_field_and_reads_nothing() {
    let app = TestApi::new().start().await;
    let staff = app.as_user(&[Permission::AuditRead]);
    for (query, field) in [
        ("format=xlsx", "format"),
        ("actor=ada", "actor"),
        ("subject=1", "subject"),
        ("action=account.fly", "action"),
        ("outcome=maybe", "outcome"),
        ("from=yesterday", "from"),
        ("to=tomorrow", "to"),
        ("request_id=short", "request_id"),
        ("limit=10", "limit"),
    ] {
        let answer = staff.get(&format!("/api/audit-logs/export?{query}")).await;
        let problem = answer.problem(422, "validation_failed");
        assert_eq!(problem.json()["errors"][0]["field"], field, "{query}");
    }
}

/// Two batches of one row each.
fn two_batches(ports: &mut Ports) {
    let place = Position {
        at: world::suspension().at,
        id: world::suspension().id.as_uuid(),
    };
    ports.audit_records.expect_list().returning(move |listing| {
        Ok(Page {
            items: vec![world::suspension()],
            next: (listing.window == Window::First).then_some(place),
            previous: None,
        })
    });
}

#[actix_web::test]
async fn an_export_goes_from_batch_to_batch_in_either_form() {
    let app = TestApi::new().with(two_batches).start().await;
    let staff = app.as_user(&[Permission::AuditRead]);
    let answer = staff.get("/api/audit-logs/export").await.expect(200);
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    assert_eq!(answer.header("cache-control"), Some("private, no-store"));
    assert_eq!(answer.text().lines().count(), 2);
    let answer = staff
        .get("/api/audit-logs/export?format=csv")
        .await
        .expect(200);
    assert_eq!(
        answer.header("content-disposition"),
        Some("attachment; filename=\"audit-log.csv\"")
    );
    // One header, however many batches.
    assert_eq!(answer.text().matches("actor_kind").count(), 1);
    assert_eq!(answer.text().matches("\r\n").count(), 3);
}

#[actix_web::test]
async fn an_export_that_cannot_be_remembered_does_not_begin() {
    let app = TestApi::new().with(|ports| {
        let away = || Outage::unavailable(Dependency::Postgres, "away");
        ports.audit.expect_append().returning(move |_| Err(away()));
        ports.audit_records.expect_list().never();
    });
    let app = app.start().await;
    let staff = app.as_user(&[Permission::AuditRead]);
    let answer = staff.get("/api/audit-logs/export").await;
    answer.problem(503, "unavailable");
}

#[actix_web::test]
async fn a_denial_is_noted_with_permission_reason_and_route() {
    let app = TestApi::new().with(|ports| {
        ports
            .audit_notes
            .expect_note()
            .times(2)
            .returning(|entry: AuditEntry| {
                assert_eq!(entry.action, AuditAction::DenyAccess);
                assert_eq!(entry.outcome, Outcome::Denied);
                assert_eq!(entry.actor, Party::User(user_id("ada")));
                assert!(entry.origin.request_id.is_some());
                let facts = Facts::none()
                    .with("permission", "audit.read")
                    .with("reason", "permission_denied")
                    .with("route", "GET /api/audit-logs");
                assert_eq!(entry.after, facts);
            });
    });
    let app = app.start().await;
    let nobody = app.as_user(&[]);
    for _ in 0..2 {
        nobody
            .get("/api/audit-logs")
            .await
            .problem(403, "permission_denied");
    }
}

#[actix_web::test]
async fn the_use_of_what_staff_is_trusted_with_is_noted_and_that_of_ones_own_rights_is_not() {
    let app = TestApi::new().with(|ports| {
        ports
            .audit_notes
            .expect_note()
            .once()
            .returning(|entry: AuditEntry| assert_eq!(entry.action, AuditAction::UsePermission));
    });
    let app = app.start().await;
    let staff = app.as_user(Permission::ALL);
    staff.get("/api/audit-logs").await.expect(200);
    let own = format!("/api/scripts/{}", world::PUBLIC);
    let call = staff.call(Method::DELETE, &own);
    call.await.expect(204);
}
