//! Forgotten, reset, changed and shown once more.

use serde_json::json;

use crate::harness::{PASSWORD, Platform};

/// The usual password of the tests at cost 4.
const CHEAP_HASH: &str = "$2b$04$9wKiC/k5dMmKPcA1.SH.6eba3pM0Vd1Da7s8JbuO5Gmjo4q.2//UC";

const NEW: &str = "staple weaves purple carpets";

#[tokio::test]
async fn who_forgot_the_password_sets_a_new_one_and_every_session_ends() {
    let platform = Platform::start().await;
    let alice = platform.register("alice").await;
    let anonymous = platform.anonymous();
    let forgot = |email: &str| {
        anonymous
            .post("/api/auth/password/forgot")
            .json(&json!({"email": email}))
    };
    let known = forgot(&alice.email).await.must_be(202);
    let unknown = forgot("nobody@example.org").await.must_be(202);
    assert_eq!(known.body, unknown.body);
    let token = platform.mails().nth_token(&alice.email, 1).await;

    let reset = |password: &str| {
        let body = json!({"token": token, "password": password});
        anonymous.post("/api/auth/password/reset").json(&body)
    };
    reset("alice@example.org")
        .await
        .must_fail(422, "weak_password");
    let done = reset(NEW).await.must_be(204);
    assert!(done.body.is_empty(), "nobody is signed in by a reset");
    reset(NEW).await.must_fail(400, "token_invalid");

    alice
        .get("/api/users/me")
        .await
        .must_fail(401, "session_ended");
    let refused = anonymous.refresh(&alice.refresh).await;
    refused.must_fail(401, "refresh_token_invalid");
    let login = anonymous.login(&alice.email, PASSWORD).await;
    login.must_fail(401, "invalid_credentials");
    anonymous.login(&alice.email, NEW).await.must_be(200);
    let notice = platform.mails().nth(&alice.email, 2).await;
    assert!(notice.contains("Your password was changed"), "{notice}");
}

#[tokio::test]
async fn the_link_in_the_mail_leads_where_the_platform_is_whatever_the_request_says() {
    let platform = Platform::start().await;
    let alice = platform.register("alice").await;
    let body = json!({"email": alice.email});
    let forgot = platform
        .anonymous()
        .post("/api/auth/password/forgot")
        .with("Host", "evil.example")
        .with("X-Forwarded-Host", "evil.example")
        .with("Forwarded", "host=evil.example")
        .with("Origin", "https://evil.example")
        .json(&body);
    forgot.await.must_be(202);
    let mail = platform.mails().nth(&alice.email, 1).await;
    assert!(!mail.contains("evil.example"), "{mail}");
    assert!(mail.contains("/reset-password#token=sho_"), "{mail}");
}

#[tokio::test]
async fn a_newer_mail_lets_the_older_token_die_and_three_an_hour_are_enough() {
    let platform = Platform::start().await;
    let alice = platform.register("alice").await;
    let mut tokens = Vec::new();
    for asked in 1..=5 {
        let body = json!({"email": alice.email.to_uppercase()});
        let from_elsewhere = platform.anonymous();
        let forgot = from_elsewhere.post("/api/auth/password/forgot").json(&body);
        forgot.await.must_be(202);
        if asked <= 3 {
            tokens.push(platform.mails().nth_token(&alice.email, asked).await);
        }
    }
    let first = &tokens[0];
    let body = json!({"token": first, "password": NEW});
    let reset = platform
        .anonymous()
        .post("/api/auth/password/reset")
        .json(&body);
    reset.await.must_fail(400, "token_invalid");
    let issued = "SELECT count(*) FROM one_time_tokens WHERE purpose = 'reset_password'";
    assert_eq!(platform.count(issued).await, 3);
}

#[tokio::test]
async fn who_changes_the_password_keeps_this_device_and_loses_the_others() {
    let platform = Platform::start().await;
    let alice = platform.register("alice").await;
    let phone = alice.sign_in().await;
    let change = |current: &str, new: &str| {
        let body = json!({"current_password": current, "new_password": new});
        alice.put("/api/auth/password").json(&body)
    };
    change("something else", NEW)
        .await
        .must_fail(403, "wrong_password");
    change(PASSWORD, "password123")
        .await
        .must_fail(422, "weak_password");
    change(PASSWORD, NEW).await.must_be(204);
    alice.get("/api/users/me").await.must_be(200);
    phone
        .get("/api/users/me")
        .await
        .must_fail(401, "session_ended");
}

#[tokio::test]
async fn a_guess_at_any_door_takes_from_one_budget() {
    let platform = Platform::start().await;
    let alice = platform.register("alice").await;
    let guess = json!({"password": "a guess"});
    // Registering was the first act of the budget; two guesses when signing in, one at each door of the signed-in.
    for _ in 0..2 {
        let tried = alice.login(&alice.email.to_uppercase(), "a guess").await;
        tried.must_fail(401, "invalid_credentials");
    }
    let tried = alice.post("/api/auth/reauthenticate").json(&guess).await;
    tried.must_fail(403, "wrong_password");
    let body = json!({"current_password": "a guess", "new_password": NEW});
    let tried = alice.put("/api/auth/password").json(&body).await;
    tried.must_fail(403, "wrong_password");
    let right = json!({"password": PASSWORD});
    let tried = alice.post("/api/auth/reauthenticate").json(&right).await;
    assert!(tried.must_fail(429, "rate_limited").retry_after() > 0);
    let login = alice.login(&alice.email, PASSWORD).await;
    login.must_fail(429, "rate_limited");
}

#[tokio::test]
async fn a_hash_of_a_cheaper_time_is_replaced_at_the_next_sign_in_and_a_damaged_one_refuses() {
    let platform = Platform::plan().setting("BCRYPT_COST", "5").start().await;
    let alice = platform.register("alice").await;
    let store = |hash: &str| format!("UPDATE users SET password_hash = '{hash}'");
    platform.execute(&store(CHEAP_HASH)).await;
    alice.sign_in().await;
    let rehashed = "SELECT count(*) FROM users WHERE password_hash LIKE '$2b$05$%'";
    assert_eq!(platform.count(rehashed).await, 1);
    for damaged in ["$2b$12$é", "", "nonsense"] {
        platform.execute(&store(damaged)).await;
        let login = platform.anonymous().login(&alice.email, PASSWORD).await;
        login.must_fail(401, "invalid_credentials");
    }
}
