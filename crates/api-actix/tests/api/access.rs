//! Roles, permissions, who holds them, and why.

use actix_web::http::Method;
use domain::access::edit::{AccessConflict, AccessEdit, RoleEdit};
use domain::access::permission::Permission;
use domain::access::permission_name::{PermissionName, PermissionNames};
use domain::access::role::RoleName;
use domain::outage::StoreError;
use serde_json::json;

use crate::harness::{App, Call, TestApi, user_id, world};

fn ada(rest: &str) -> String {
    format!("/api/admin/users/{}{rest}", user_id("ada"))
}

fn tagged(call: Call<'_>) -> Call<'_> {
    call.header("If-Match", "\"1-0\"")
}

fn names(text: &str) -> PermissionNames {
    std::iter::once(PermissionName::parse(text).unwrap()).collect()
}

#[actix_web::test]
async fn a_role_is_made_read_described_and_deleted() {
    let app = TestApi::new().start().await;
    let staff = app.as_user(&[Permission::RolesManage, Permission::RolesRead]);
    let body = json!({"name": "curator", "permissions": ["scripts.featured"]});
    let made = staff.post("/api/roles").json(&body).await.expect(201);
    assert_eq!(made.header("location"), Some("/api/roles/curator"));
    let read = staff.get("/api/roles/curator").await.expect(200);
    let role = read.json();
    assert_eq!(role["permissions"], json!(["scripts.featured"]));
    assert_eq!(role["built_in"], json!(false));
    assert_eq!(role["holders"], json!(0));
    let tag = read.header("etag").unwrap();
    let patch = staff.patch("/api/roles/curator").header("If-Match", tag);
    patch.json(&json!({"description": "x"})).await.expect(200);
    staff.delete("/api/roles/curator").await.expect(204);
    let known = staff.get("/api/roles/curator").header("If-None-Match", tag);
    known.await.expect(304);
    let listed = staff.get("/api/roles").await.expect(200).json();
    assert_eq!(listed["items"][0]["name"], "curator");
    assert_eq!(listed["next_cursor"], json!(null));
}

#[actix_web::test]
async fn a_rehearsal_tells_whom_a_change_would_affect_and_changes_nothing() {
    let app = TestApi::new()
        .with(|ports| {
            let edits = &mut ports.access_edits;
            edits
                .expect_decide()
                .returning(|decision| panic!("{:?} was done", decision.edit));
        })
        .start()
        .await;
    let staff = app.as_user(Permission::ALL);
    let permissions = json!({"permissions": ["scripts.featured"]});
    let put = |uri: &str| staff.call(Method::PUT, uri);
    let calls = [
        tagged(put("/api/roles/curator/permissions?dry_run=true")).json(&permissions),
        tagged(staff.patch("/api/roles/curator?dry_run=true")).json(&json!({"description": ""})),
        staff.delete("/api/roles/curator?dry_run=true&reassign_to=user"),
        staff
            .post("/api/roles?dry_run=true")
            .json(&json!({"name": "curator"})),
        staff
            .post("/api/permissions?dry_run=true")
            .json(&json!({"name": "bundles.publish"})),
        staff
            .patch("/api/permissions/bundles.publish?dry_run=true")
            .json(&json!({"description": ""})),
        staff.delete("/api/permissions/bundles.publish?dry_run=true"),
        put(&ada("/roles?dry_run=true")).json(&json!({"roles": ["user"]})),
    ];
    for call in calls {
        let impact = call.await.expect(200).json();
        assert_eq!(impact["dry_run"], json!(true));
        assert_eq!(impact["affected"], json!(1));
        assert_eq!(impact["sample"][0]["username"], "ada");
        assert_eq!(impact["sample"][0]["gained"], json!(["scripts.featured"]));
    }
}

async fn refused(conflict: AccessConflict) -> App {
    let app = TestApi::new().with(move |ports| {
        let (here, there) = (conflict.clone(), conflict);
        let edits = &mut ports.access_edits;
        edits
            .expect_decide()
            .returning(move |_| Err(StoreError::Conflict(here.clone())));
        edits
            .expect_rehearse()
            .returning(move |_| Err(StoreError::Conflict(there.clone())));
    });
    app.start().await
}

#[actix_web::test]
async fn what_stands_in_the_way_of_an_edit_is_told_apart_also_by_its_rehearsal() {
    let roles = json!({"roles": ["user"]});
    let role = json!({"name": "curator", "permissions": ["a.b"]});
    let (ada, deleted) = (ada("/roles"), "/api/roles/curator");
    for (method, path, body, conflict, status, code) in [
        (
            Method::PUT,
            &*ada,
            Some(&roles),
            AccessConflict::NotFound,
            404,
            "not_found",
        ),
        (
            Method::PUT,
            &*ada,
            Some(&roles),
            AccessConflict::LastAdmin,
            409,
            "last_admin",
        ),
        (
            Method::PUT,
            &*ada,
            Some(&roles),
            AccessConflict::Above(names("a.b")),
            403,
            "stands_above_you",
        ),
        (
            Method::PUT,
            &*ada,
            Some(&roles),
            AccessConflict::Beyond(names("a.b")),
            403,
            "beyond_your_permissions",
        ),
        (
            Method::DELETE,
            deleted,
            None,
            AccessConflict::NotFound,
            404,
            "not_found",
        ),
        (
            Method::DELETE,
            deleted,
            None,
            AccessConflict::BuiltIn,
            409,
            "built_in",
        ),
        (
            Method::DELETE,
            deleted,
            None,
            AccessConflict::InUse(3),
            409,
            "role_in_use",
        ),
        (
            Method::DELETE,
            deleted,
            None,
            AccessConflict::Stale,
            412,
            "precondition_failed",
        ),
        (
            Method::POST,
            "/api/roles",
            Some(&role),
            AccessConflict::NameTaken,
            409,
            "name_taken",
        ),
        (
            Method::POST,
            "/api/roles",
            Some(&role),
            AccessConflict::TooMany,
            409,
            "too_many",
        ),
        (
            Method::POST,
            "/api/roles",
            Some(&role),
            AccessConflict::UnknownPermissions(names("a.b")),
            422,
            "validation_failed",
        ),
    ] {
        let app = refused(conflict).await;
        let staff = app.as_user(Permission::ALL);
        for query in ["", "?dry_run=true"] {
            let call = staff.call(method.clone(), &format!("{path}{query}"));
            let call = match body {
                Some(body) => call.json(body),
                None => call,
            };
            call.await.problem(status, code);
        }
    }
}

#[actix_web::test]
async fn what_is_lacking_and_how_many_hold_a_role_is_said() {
    let app = refused(AccessConflict::Beyond(names("users.roles"))).await;
    let staff = app.as_user(Permission::ALL);
    let refusal = staff.delete("/api/roles/curator").await;
    let refusal = refusal.problem(403, "beyond_your_permissions");
    assert!(refusal.text().contains("users.roles"));
    let app = refused(AccessConflict::InUse(3)).await;
    let staff = app.as_user(Permission::ALL);
    let in_use = staff.delete("/api/roles/curator").await;
    assert!(in_use.problem(409, "role_in_use").text().contains('3'));
}

#[actix_web::test]
async fn a_role_that_does_not_exist_is_told_by_the_field_that_names_it() {
    let unknown = RoleName::parse("nobody").unwrap();
    let app = refused(AccessConflict::UnknownRoles(vec![unknown])).await;
    let staff = app.as_user(Permission::ALL);
    let deleted = staff.delete("/api/roles/curator?reassign_to=nobody").await;
    let problem = deleted.problem(422, "validation_failed");
    assert_eq!(problem.json()["errors"][0]["field"], "reassign_to");
    let body = json!({"roles": ["nobody"]});
    let assigned = staff.call(Method::PUT, &ada("/roles")).json(&body).await;
    let problem = assigned.problem(422, "validation_failed");
    assert_eq!(problem.json()["errors"][0]["field"], "roles");
}

#[actix_web::test]
async fn what_the_body_says_is_what_is_decided() {
    let app = TestApi::new().with(|ports| {
        ports
            .access_edits
            .expect_decide()
            .once()
            .withf(|decision| {
                let AccessEdit::Role(RoleEdit::SetPermissions {
                    role, permissions, ..
                }) = &decision.edit
                else {
                    return false;
                };
                role.as_str() == "curator"
                    && permissions.to_strings() == ["bundles.publish", "scripts.featured"]
                    && decision.by == Some(user_id("ada"))
            })
            .returning(|_| Ok(None));
    });
    let app = app.start().await;
    let staff = app.as_user(&[Permission::RolesManage]);
    let uri = "/api/roles/curator/permissions";
    let twice = ["scripts.featured", "bundles.publish", "bundles.publish"];
    let call = staff.call(Method::PUT, uri).header("If-Match", "\"1-0\"");
    call.json(&json!({"permissions": twice})).await.expect(200);
}

#[actix_web::test]
async fn why_somebody_may_or_may_not_is_explained() {
    let app = TestApi::new().start().await;
    let staff = app.as_user(&[Permission::UsersRead]);
    let all = staff.get(&ada("/permissions")).await.expect(200).json();
    let held = &all["items"][0];
    assert_eq!(held["permission"], "scripts.featured");
    assert_eq!(held["allowed"], json!(true));
    assert_eq!(held["grants"][0]["role"], "curator");
    assert_eq!(held["grants"][0]["granted_by_username"], "grace");
    assert_eq!(held["other_roles"], json!(["admin"]));
    let asked = async |name: &str| {
        let uri = ada(&format!("/permissions?permission={name}"));
        staff.get(&uri).await.expect(200).json()["items"][0].clone()
    };
    assert_eq!(asked("bundles.publish").await["obstacle"], "no_role");
    assert_eq!(asked("scripts.fly").await["obstacle"], "unknown_permission");
    let bad = staff.get(&ada("/permissions?permission=fly")).await;
    bad.problem(422, "validation_failed");
    let missing = format!("/api/admin/users/{}/permissions", world::MISSING);
    staff.get(&missing).await.problem(404, "not_found");
}
