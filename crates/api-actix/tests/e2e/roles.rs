//! Roles change while people are there: every node goes by it at once, with and without Redis.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{PATIENCE, Person, Place, Platform, eventually};

/// How soon a change is seen by every node; the rest is for machines that are busy.
const SOON: Duration = Duration::from_millis(1200);

/// Only staff reads it.
const LOG: &str = "/api/audit-logs";

/// Somebody who holds exactly these roles, made so from the operator's shell.
async fn holder(platform: &Platform, name: &str, roles: &str) -> Person {
    let person = platform.register(name).await;
    let told = platform.admin(&["set-roles", "--user", &person.email, "--roles", roles]);
    assert!(told.contains("holds"), "{told}");
    person
}

/// Asks at both nodes, so that both remember.
async fn warm(person: &Person, other: &Place, status: u16) {
    for _ in 0..2 {
        person.get(LOG).await.must_be(status);
        person.at(other).get(LOG).await.must_be(status);
    }
}

/// From now on both nodes answer so, and soon.
async fn becomes(person: &Person, other: &Place, status: u16) {
    let begun = Instant::now();
    let there = person.at(other);
    eventually("both nodes go by the change", PATIENCE, async || {
        person.get(LOG).await.status == status && there.get(LOG).await.status == status
    })
    .await;
    assert!(begun.elapsed() < SOON, "after {:?}", begun.elapsed());
}

async fn assign(admin: &Person, person: &Person, roles: &Value) {
    let path = format!("/api/admin/users/{}/roles", person.id);
    let body = json!({"roles": roles});
    admin.put(&path).json(&body).await.must_be(204);
}

/// Sets what the role of this name permits, in the state that it has now.
async fn permit(admin: &Person, role: &str, permissions: &Value) {
    let path = format!("/api/roles/{role}");
    let read = admin.get(&path).await.must_be(200);
    let body = json!({"permissions": permissions});
    let put = admin.put(&format!("{path}/permissions"));
    let put = put.with("If-Match", read.header("etag")).json(&body);
    put.await.must_be(200);
}

/// Gives and takes in every way that there is, and looks at both nodes after each.
async fn every_node_goes_by_every_change(platform: &Platform, other: &Place, admin: &Person) {
    let grace = platform.register("grace").await;
    warm(&grace, other, 403).await;
    assign(admin, &grace, &json!(["user", "moderator"])).await;
    becomes(&grace, other, 200).await;
    assign(admin, &grace, &json!(["user"])).await;
    becomes(&grace, other, 403).await;

    let body = json!({"name": "auditor", "permissions": ["audit.read"]});
    admin.post("/api/roles").json(&body).await.must_be(201);
    assign(admin, &grace, &json!(["user", "auditor"])).await;
    becomes(&grace, other, 200).await;
    permit(admin, "auditor", &json!([])).await;
    becomes(&grace, other, 403).await;
    permit(admin, "auditor", &json!(["audit.read"])).await;
    becomes(&grace, other, 200).await;
    let path = "/api/roles/auditor";
    admin.delete(path).await.must_fail(409, "role_in_use");
    let reassigned = admin.delete(&format!("{path}?reassign_to=user"));
    reassigned.await.must_be(204);
    becomes(&grace, other, 403).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_given_and_taken_is_seen_by_both_nodes_within_a_second() {
    let mut platform = Platform::plan().without_limits().start().await;
    let other = platform.another_node().await;
    let admin = holder(&platform, "root_admin", "user,admin").await;
    every_node_goes_by_every_change(&platform, &other, &admin).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_holds_while_redis_is_away() {
    let mut platform = Platform::plan()
        .without_limits()
        .setting("NODES", "2")
        .with_wires()
        .start()
        .await;
    let other = platform.another_node().await;
    let admin = holder(&platform, "root_admin", "user,admin").await;
    warm(&admin, &other, 200).await;
    platform.redis().cut();
    platform.becomes("degraded", PATIENCE).await;
    every_node_goes_by_every_change(&platform, &other, &admin).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_changed_by_sql_is_seen_by_both_nodes_after_a_flush() {
    let mut platform = Platform::plan().without_limits().start().await;
    let other = platform.another_node().await;
    let grace = holder(&platform, "grace", "user,moderator").await;
    warm(&grace, &other, 200).await;
    platform
        .execute("DELETE FROM user_roles ur USING roles r WHERE r.id = ur.role_id AND r.name = 'moderator'")
        .await;
    platform.admin(&["flush-permissions"]);
    becomes(&grace, &other, 403).await;
    let told = platform.admin(&["permissions", "--user", "grace"]);
    assert!(told.contains("scripts.create\tuser"), "{told}");
    assert!(!told.contains("audit.read"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_administrators_who_demote_each_other_at_once_leave_one() {
    let mut platform = Platform::plan().without_limits().start().await;
    let other = platform.another_node().await;
    let one = holder(&platform, "admin_one", "user,admin").await;
    let two = holder(&platform, "admin_two", "user,admin").await;
    let body = json!({"roles": ["user"]});
    let path = |person: &Person| format!("/api/admin/users/{}/roles", person.id);
    let there = two.at(&other);
    let (first, second) = tokio::join!(
        one.put(&path(&two)).json(&body).attempt(),
        there.put(&path(&one)).json(&body).attempt(),
    );
    let answers = [first, second].map(|answer| answer.expect("both are answered").status);
    // The second is told that nobody else is left, or finds at the door that it may not any more.
    assert!(answers.contains(&204), "{answers:?}");
    assert!(
        answers.contains(&409) || answers.contains(&403),
        "{answers:?}"
    );
    let admins = "SELECT count(*) FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE r.name = 'admin'";
    assert_eq!(platform.count(admins).await, 1);
}

#[tokio::test]
async fn a_new_permission_and_a_new_role_need_no_deploy_and_are_explained() {
    let platform = Platform::plan().without_limits().start().await;
    let admin = holder(&platform, "root_admin", "user,admin").await;
    let ada = platform.register("ada").await;
    let body = json!({"name": "bundles.publish", "description": "Publish bundles"});
    admin
        .post("/api/permissions")
        .json(&body)
        .await
        .must_be(201);
    let body = json!({"name": "bundler", "permissions": ["bundles.publish"]});
    admin.post("/api/roles").json(&body).await.must_be(201);
    let path = format!("/api/admin/users/{}", ada.id);
    let roles = json!({"roles": ["user", "bundler"]});
    let rehearsed = admin
        .put(&format!("{path}/roles?dry_run=true"))
        .json(&roles);
    let impact = rehearsed.await.must_be(200).json();
    assert_eq!(impact["sample"][0]["gained"], json!(["bundles.publish"]));
    let explain = format!("{path}/permissions?permission=bundles.publish");
    let before = admin.get(&explain).await.must_be(200).json();
    assert_eq!(before["items"][0]["obstacle"], "no_role");
    assign(&admin, &ada, &json!(["user", "bundler"])).await;
    let after = admin.get(&explain).await.must_be(200).json();
    assert_eq!(after["items"][0]["allowed"], json!(true));
    let grant = &after["items"][0]["grants"][0];
    assert_eq!(grant["role"], "bundler");
    assert_eq!(grant["granted_by_username"], "root_admin");
    let audited = "SELECT count(*) FROM audit_logs WHERE actor_kind = 'user' \
                   AND action IN ('permission.create', 'role.create', 'account.change_roles')";
    assert_eq!(platform.count(audited).await, 3);
}
