//! Another address, and taking an account back from whoever got in.

use serde_json::json;

use crate::harness::{PASSWORD, Platform};

const NEW: &str = "staple weaves purple carpets";
const THIEFS: &str = "thief@example.com";

#[tokio::test]
async fn a_new_address_is_confirmed_from_its_mailbox_and_undone_from_the_one_before() {
    let platform = Platform::start().await;
    let alice = platform.register("alice").await;
    let stranger = platform.anonymous();
    let ask = |password: &str| {
        let body = json!({"email": THIEFS, "password": password});
        alice.post("/api/users/me/email").json(&body)
    };
    ask("a guess").await.must_fail(403, "wrong_password");
    ask(PASSWORD).await.must_be(202);
    let notice = platform.mails().nth(&alice.email, 1).await;
    assert!(notice.contains("/undo-email-change#token=sho_"), "{notice}");
    let confirm = platform.mails().nth_token(THIEFS, 0).await;
    let post = |path: &str, token: &str| stranger.post(path).json(&json!({"token": token}));
    let changed = post("/api/auth/email/confirm", &confirm).await.must_be(200);
    assert_eq!(changed.at("/user/email"), THIEFS);
    post("/api/auth/email/confirm", &confirm)
        .await
        .must_fail(400, "token_invalid");
    stranger.login(THIEFS, PASSWORD).await.must_be(200);
    let replaced = platform.mails().nth(&alice.email, 2).await;
    assert!(replaced.contains("another address now"), "{replaced}");

    let undo = platform.mails().nth_token(&alice.email, 2).await;
    post("/api/auth/email/undo", &undo).await.must_be(204);
    alice
        .get("/api/users/me")
        .await
        .must_fail(401, "session_ended");
    let login = stranger.login(&alice.email, PASSWORD).await;
    login.must_fail(401, "invalid_credentials");
    let reset = platform.mails().nth_token(&alice.email, 3).await;
    let body = json!({"token": reset, "password": NEW});
    let done = stranger.post("/api/auth/password/reset").json(&body).await;
    done.must_be(204);
    stranger.login(&alice.email, NEW).await.must_be(200);
}

#[tokio::test]
async fn a_taken_address_is_answered_like_a_free_one_and_stays_its_owners() {
    let platform = Platform::start().await;
    let alice = platform.register("alice").await;
    let bob = platform.register("bob").await;
    let ask = |email: &str| {
        let body = json!({"email": email, "password": PASSWORD});
        alice.post("/api/users/me/email").json(&body)
    };
    let answer = ask(&bob.email).await.must_be(202);
    let token = platform.mails().nth_token(&bob.email, 1).await;
    let confirm = bob.post("/api/auth/email/confirm");
    let confirmed = confirm.json(&json!({"token": token})).await;
    confirmed.must_fail(409, "email_taken");
    let free = ask("free@example.org").await.must_be(202);
    assert_eq!(answer.body, free.body);
}

#[tokio::test]
async fn not_me_ends_every_session_once_and_mails_a_way_to_a_new_password() {
    let platform = Platform::start().await;
    let alice = platform.register("alice").await;
    let body = json!({"current_password": PASSWORD, "new_password": NEW});
    alice
        .put("/api/auth/password")
        .json(&body)
        .await
        .must_be(204);
    let token = platform.mails().nth_token(&alice.email, 1).await;
    let not_me = || {
        let body = json!({"token": token});
        platform.anonymous().post("/api/auth/not-me").json(&body)
    };
    not_me().await.must_be(204);
    not_me().await.must_fail(400, "token_invalid");
    alice
        .get("/api/users/me")
        .await
        .must_fail(401, "session_ended");
    let login = platform.anonymous().login(&alice.email, NEW).await;
    login.must_fail(401, "invalid_credentials");
    let mail = platform.mails().nth(&alice.email, 2).await;
    assert!(mail.contains("/reset-password#token=sho_"), "{mail}");
}
