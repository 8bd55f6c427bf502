//! Staff at work, over HTTP and from the operator's shell.

use serde_json::json;

use crate::harness::{PASSWORD, Person, Platform};

/// Gives somebody a role, as an operator does by SQL.
async fn make(platform: &Platform, person: &Person, role: &str) {
    let email = &person.email;
    platform
        .execute(&format!(
            "INSERT INTO user_roles (user_id, role_id) SELECT u.id, r.id FROM users u, roles r \
             WHERE u.email = '{email}' AND r.name = '{role}'"
        ))
        .await;
}

async fn id_of(person: &Person) -> String {
    person.get("/api/users/me").await.must_be(200).at("/id")
}

#[tokio::test]
async fn a_suspended_person_is_out_at_once_is_told_and_comes_back_when_it_is_lifted() {
    let platform = Platform::plan().without_limits().start().await;
    let mallory = platform.register("mallory").await;
    let moderator = platform.register("grace").await;
    make(&platform, &moderator, "moderator").await;
    let moderator = moderator.sign_in().await;
    let id = id_of(&mallory).await;
    let account = format!("/api/admin/users/{id}");

    let found = moderator
        .get("/api/admin/users?q=mallory")
        .await
        .must_be(200);
    assert_eq!(found.at("/items/0/id"), id);
    let body = json!({"reason": "spam"});
    moderator
        .post(&format!("{account}/suspend"))
        .json(&body)
        .await
        .must_be(204);
    let refused = mallory.get("/api/users/me").await;
    assert!(matches!(refused.status, 401 | 403), "{refused:?}");
    let stranger = platform.anonymous();
    let login = stranger.login(&mallory.email, PASSWORD).await;
    login.must_fail(403, "account_suspended");
    let told = platform.mails().nth(&mallory.email, 1).await;
    assert!(
        told.contains("Subject: Your account is suspended"),
        "{told}"
    );
    let dossier = moderator.get(&account).await.must_be(200);
    assert_eq!(dossier.at("/suspension/reason"), "spam");

    let lift = format!("{account}/unsuspend");
    moderator.post(&lift).await.must_be(204);
    moderator.post(&lift).await.must_fail(409, "wrong_state");
    stranger.login(&mallory.email, PASSWORD).await.must_be(200);
    let audited = platform
        .count("SELECT count(*) FROM audit_logs WHERE action IN ('account.suspend', 'account.unsuspend')")
        .await;
    assert_eq!(audited, 2);
}

#[tokio::test]
async fn a_suspension_ends_by_itself_when_its_time_has_come() {
    let platform = Platform::plan().without_limits().start().await;
    let mallory = platform.register("mallory").await;
    let suspended = platform.admin(&["suspend", "--user", "mallory", "--reason", "spam"]);
    assert!(suspended.contains("suspended"), "{suspended}");
    platform
        .execute("UPDATE users SET suspended_until = now() - interval '1 second'")
        .await;
    let told = platform.mails().nth(&mallory.email, 2).await;
    assert!(told.contains("Subject: You can sign in again"), "{told}");
    let login = platform.anonymous().login(&mallory.email, PASSWORD).await;
    login.must_be(200);
}

#[tokio::test]
async fn what_staff_deletes_its_person_cannot_bring_back_and_the_operator_can() {
    let platform = Platform::plan().without_limits().start().await;
    let mallory = platform.register("mallory").await;
    let deleted = platform.admin(&["delete", "--user", &mallory.email]);
    assert!(deleted.contains("deleted"), "{deleted}");
    let stranger = platform.anonymous();
    let body = json!({"email": mallory.email, "password": PASSWORD});
    let back = stranger.post("/api/auth/restore").json(&body).await;
    back.must_fail(401, "invalid_credentials");
    platform.admin(&["restore", "--user", "mallory"]);
    stranger.login(&mallory.email, PASSWORD).await.must_be(200);
}
