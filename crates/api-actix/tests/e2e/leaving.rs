//! Leaving and coming back.

use serde_json::json;

use crate::harness::{Answer, Caller, PASSWORD, Person, Platform};

async fn restore(caller: &Caller, email: &str, password: &str) -> Answer {
    let body = json!({"email": email, "password": password});
    caller.post("/api/auth/restore").json(&body).await
}

#[tokio::test]
async fn who_deletes_their_account_is_gone_everywhere_and_can_come_back_within_thirty_days() {
    let platform = Platform::start().await;
    let alice = platform.register("alice").await;
    let elsewhere = alice.sign_in().await;
    let script = alice.publish("Word frequency", "print(1)\n").await;
    let stranger = platform.anonymous();
    let raw = format!("{script}/raw");
    stranger.get(&raw).await.must_be(200);

    alice.delete("/api/users/me").await.must_be(204);
    for device in [&alice, &elsewhere] {
        device
            .get("/api/users/me")
            .await
            .must_fail(401, "session_ended");
    }
    for path in [
        &*script,
        &*raw,
        &*format!("{script}/versions"),
        &*format!("{script}/versions/1/raw"),
        "/api/scripts/by/alice/word-frequency",
        "/api/users/alice",
        "/api/users/alice/scripts",
    ] {
        stranger.get(path).await.must_fail(404, "not_found");
    }
    let list = stranger.get("/api/scripts").await.must_be(200).json();
    assert_eq!(list["items"], json!([]));
    let login = stranger.login(&alice.email, PASSWORD).await;
    login.must_fail(401, "invalid_credentials");
    stranger
        .join(&alice.email, "somebody")
        .await
        .must_fail(409, "email_taken");
    let told = platform.mails().nth(&alice.email, 1).await;
    assert!(told.contains("Subject: Your account was deleted"), "{told}");

    let back = restore(&stranger, &alice.email, PASSWORD)
        .await
        .must_be(200);
    let alice = Person::of(&stranger, &back);
    alice.get("/api/users/me").await.must_be(200);
    stranger.get(&raw).await.must_be(200);
    let told = platform.mails().nth(&alice.email, 2).await;
    assert!(told.contains("Subject: Your account is back"), "{told}");
}

#[tokio::test]
async fn nobody_comes_back_who_may_not_and_the_answer_is_always_the_same() {
    let platform = Platform::start().await;
    let (alice, bob) = (
        platform.newcomer("alice").await,
        platform.newcomer("bob").await,
    );
    alice.delete("/api/users/me").await.must_be(204);
    let refusals = [
        (&*alice.email, "another password"),
        (&*bob.email, PASSWORD),
        ("nobody@example.org", PASSWORD),
    ];
    for (email, password) in refusals {
        restore(&platform.anonymous(), email, password)
            .await
            .must_fail(401, "invalid_credentials");
    }
    platform
        .execute(
            "UPDATE users SET deleted_at = now() - interval '30 days' WHERE deleted_at IS NOT NULL",
        )
        .await;
    restore(&platform.anonymous(), &alice.email, PASSWORD)
        .await
        .must_fail(401, "invalid_credentials");
    let failures =
        "SELECT count(*) FROM audit_logs WHERE action = 'account.restore' AND outcome = 'failure'";
    assert_eq!(platform.count(failures).await, 4);
}

#[tokio::test]
async fn an_old_sign_in_deletes_nothing_until_it_is_proven_anew() {
    let platform = Platform::start().await;
    let alice = platform.newcomer("alice").await;
    platform
        .execute("UPDATE sessions SET auth_time = now() - interval '11 minutes'")
        .await;
    let stale = alice.refreshed().await;
    stale
        .delete("/api/users/me")
        .await
        .must_fail(403, "reauth_required");
    let body = json!({"password": PASSWORD});
    let proven = stale.post("/api/auth/reauthenticate").json(&body).await;
    let access = proven.must_be(200).at("/token/access_token");
    stale
        .bearing(&access)
        .delete("/api/users/me")
        .await
        .must_be(204);
}
