//! The audit log of a real server: denials, exports, and the proof that nothing was changed.

use std::time::Duration;

use rustix::process::Signal;

use crate::harness::{PATIENCE, Person, Platform, eventually};

/// Gives somebody a role, as an operator does by SQL.
async fn an_admin(platform: &Platform, name: &str) -> Person {
    let person = platform.register(name).await;
    let email = &person.email;
    platform
        .execute(&format!(
            "INSERT INTO user_roles (user_id, role_id) SELECT u.id, r.id FROM users u, roles r \
             WHERE u.email = '{email}' AND r.name = 'admin'"
        ))
        .await;
    person.sign_in().await
}

const DENIED: &str = "SELECT count(*) FROM audit_logs WHERE action = 'access.denied'";

#[tokio::test]
async fn denials_are_written_off_the_request_path_and_none_is_lost_at_shutdown() {
    let mut platform = Platform::plan().without_limits().start().await;
    let alice = platform.register("alice").await;
    for _ in 0..20 {
        let answer = alice.get("/api/audit-logs").await;
        answer.must_fail(403, "permission_denied");
    }
    platform.server.signal(Signal::INT);
    let ended = platform.server.ends_within(Duration::from_secs(40)).await;
    assert!(ended.success());
    assert_eq!(platform.count(DENIED).await, 20);
    let whole = format!(
        "{DENIED} AND outcome = 'denied' AND actor_id IS NOT NULL AND session_id IS NOT NULL AND ip IS NOT NULL \
         AND request_id IS NOT NULL AND after->>'permission' = 'audit.read' AND after->>'route' = 'GET /api/audit-logs'"
    );
    assert_eq!(platform.count(&whole).await, 20);
}

#[tokio::test]
async fn an_export_is_a_row_of_the_log_itself_and_holds_what_the_search_finds() {
    let platform = Platform::plan().without_limits().start().await;
    let admin = an_admin(&platform, "grace").await;
    let export = "/api/audit-logs/export?action=account.register";
    let lines = admin.get(export).await.must_be(200).text();
    let found = "SELECT count(*) FROM audit_logs WHERE action = 'account.register'";
    let expected = platform.count(found).await;
    assert_eq!(i64::try_from(lines.lines().count()), Ok(expected));
    let table = admin.get(&format!("{export}&format=csv")).await;
    let table = table.must_be(200).text();
    assert!(table.starts_with("id,at,actor_kind"), "{table}");
    let exported = "SELECT count(*) FROM audit_logs WHERE action = 'audit.export' AND after->>'action' = 'account.register'";
    assert_eq!(platform.count(exported).await, 2);
}

#[tokio::test]
async fn the_operator_proves_that_the_log_is_what_was_written_and_sees_what_is_not() {
    let platform = Platform::start().await;
    platform.register("alice").await;
    let waiting = "SELECT count(*) FROM audit_unsealed";
    eventually("every row has its seal", PATIENCE, async || {
        platform.count(waiting).await == 0
    })
    .await;
    let told = platform.admin(&["audit", "verify"]);
    assert!(told.contains("logs_first: 0 findings"), "{told}");
    platform
        .execute(
            "ALTER TABLE audit_partitions.logs_first DISABLE TRIGGER ALL; \
             UPDATE audit_partitions.logs_first SET action = 'session.sign_in' WHERE action = 'account.register'",
        )
        .await;
    let mut verify = platform.settings().command();
    verify.args(["admin", "audit", "verify", "--partition", "logs_first"]);
    let verified = verify.output().expect("the program can be started");
    assert!(!verified.status.success());
    let told = String::from_utf8_lossy(&verified.stdout);
    assert!(told.contains("logs_first: changed: row "), "{told}");
    assert!(told.contains("logs_first: 1 findings"), "{told}");
}
