//! Joining, confirming an address, signing in.

use std::collections::HashSet;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Answer, PASSWORD, Platform, a_script, an_address, tampered};

#[tokio::test]
async fn who_joins_gets_an_account_tokens_and_a_mail_that_confirms_the_address_once() {
    let platform = Platform::start().await;
    let alice = platform.newcomer("alice").await;
    let me = alice.get("/api/users/me").await.must_be(200).json();
    assert_eq!(
        (me["username"].as_str(), me["roles"].clone()),
        (Some("alice"), json!(["user"]))
    );
    assert_eq!(me["email_verified_at"], Value::Null);

    let token = platform.mails().nth_token("alice@example.org", 0).await;
    let verified = platform.anonymous().verify(&token).await.must_be(200);
    assert!(verified.json()["user"]["email_verified_at"].is_string());
    let me = alice.get("/api/users/me").await.must_be(200).json();
    assert!(
        me["email_verified_at"].is_string(),
        "their session knows at once"
    );

    platform
        .anonymous()
        .verify(&token)
        .await
        .must_fail(400, "token_invalid");
    let forged = tampered(&token);
    platform
        .anonymous()
        .verify(&forged)
        .await
        .must_fail(400, "token_invalid");
    let joined = "SELECT count(*) FROM audit_logs WHERE action IN ('account.register', 'account.verify_email') \
                  AND outcome = 'success'";
    assert_eq!(platform.count(joined).await, 2);
}

#[tokio::test]
async fn a_confirmation_that_came_too_late_confirms_nothing() {
    let platform = Platform::start().await;
    let alice = platform.newcomer("alice").await;
    let token = platform.mails().nth_token(&alice.email, 0).await;
    platform
        .execute("UPDATE one_time_tokens SET expires_at = now() - interval '1 second'")
        .await;
    alice.verify(&token).await.must_fail(400, "token_invalid");
    let me = alice.get("/api/users/me").await.must_be(200).json();
    assert_eq!(me["email_verified_at"], Value::Null);
}

#[tokio::test]
async fn another_mail_is_promised_to_known_and_unknown_addresses_alike_and_replaces_the_first() {
    let platform = Platform::start().await;
    let alice = platform.newcomer("alice").await;
    let first = platform.mails().nth_token(&alice.email, 0).await;
    let [known, unknown] = [&*alice.email, "nobody@example.org"].map(|email| {
        let body = json!({"email": email});
        platform
            .anonymous()
            .post("/api/auth/verify-email/resend")
            .json(&body)
    });
    let (known, unknown) = (known.await.must_be(202), unknown.await.must_be(202));
    assert_eq!(known.body, unknown.body);

    let second = platform.mails().nth_token(&alice.email, 1).await;
    alice.verify(&first).await.must_fail(400, "token_invalid");
    alice.verify(&second).await.must_be(200);
    assert!(platform.mails().to("nobody@example.org").is_empty());
}

#[tokio::test]
async fn an_address_and_a_name_are_taken_however_they_are_written() {
    let platform = Platform::start().await;
    platform.newcomer("alice").await;
    for (email, username, code) in [
        ("ALICE@Example.ORG", "somebody", "email_taken"),
        (" alice@example.org ", "somebody", "email_taken"),
        ("somebody@example.org", "Alice", "username_taken"),
        ("somebody@example.org", "ALICE", "username_taken"),
    ] {
        platform
            .anonymous()
            .join(email, username)
            .await
            .must_fail(409, code);
    }
    assert_eq!(platform.count("SELECT count(*) FROM users").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_people_who_register_one_address_at_once_make_one_account() {
    let mut platform = Platform::start().await;
    let other = platform.another_node().await;
    let mut tries = JoinSet::new();
    for number in 0..20 {
        let spelling = ["Alice@Ex.com", "alice@ex.com", " ALICE@EX.COM "][number % 3];
        let caller = platform.anonymous();
        let caller = if number % 2 == 0 {
            caller
        } else {
            caller.through(&other)
        };
        let name = format!("alice{number}");
        tries.spawn(async move { caller.join(spelling, &name).await });
    }
    let answers = tries.join_all().await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        answer.must_fail(409, "email_taken");
    }
    assert_eq!(platform.count("SELECT count(*) FROM users").await, 1);
    let mails = "SELECT count(*) FROM jobs WHERE kind = 'mail'";
    assert_eq!(platform.count(mails).await, 1);
    platform
        .anonymous()
        .login("aLiCe@eX.cOm", PASSWORD)
        .await
        .must_be(200);
}

#[tokio::test]
async fn who_did_not_confirm_their_address_reads_and_manages_themselves_but_publishes_nothing() {
    let platform = Platform::start().await;
    let alice = platform.newcomer("alice").await;
    alice.get("/api/scripts").await.must_be(200);
    let tag = alice
        .get("/api/users/me")
        .await
        .must_be(200)
        .header("etag")
        .to_owned();
    let patch = json!({"biography": "new here"});
    alice
        .patch("/api/users/me")
        .with("If-Match", &tag)
        .json(&patch)
        .await
        .must_be(200);

    alice
        .post("/api/scripts")
        .with("Idempotency-Key", "too-early-1")
        .json(&a_script("Too early", "print(1)\n"))
        .await
        .must_fail(403, "email_not_verified");
    for table in [
        "scripts",
        "script_versions",
        "script_blobs",
        "idempotency_keys",
    ] {
        assert_eq!(
            platform
                .count(&format!("SELECT count(*) FROM {table}"))
                .await,
            0,
            "{table}"
        );
    }

    let token = platform.mails().nth_token(&alice.email, 0).await;
    alice.verify(&token).await.must_be(200);
    alice.publish("In time", "print(1)\n").await;
}

#[tokio::test]
async fn an_address_signs_in_in_any_case() {
    let platform = Platform::start().await;
    let alice = platform.newcomer("alice").await;
    for spelling in [
        "alice@example.org",
        "Alice@Example.Org",
        "ALICE@EXAMPLE.ORG",
    ] {
        let answer = platform
            .anonymous()
            .login(spelling, PASSWORD)
            .await
            .must_be(200);
        assert_eq!(answer.at("/user/id"), alice.id);
        assert_eq!(answer.at("/token/token_type"), "Bearer");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    // A password is compared as it is.
    let loud = PASSWORD.to_uppercase();
    platform
        .anonymous()
        .login(&alice.email, &loud)
        .await
        .must_fail(401, "invalid_credentials");
}

#[tokio::test]
async fn wrong_unknown_and_deleted_are_one_answer_byte_for_byte() {
    let platform = Platform::start().await;
    platform.newcomer("alice").await;
    platform.newcomer("deleted").await;
    platform
        .execute("UPDATE users SET account_status = 'deleted', deleted_at = now() WHERE username_key = 'deleted'")
        .await;
    let mut answers = Vec::new();
    for (email, password) in [
        ("alice@example.org", "not the password"),
        ("nobody@example.org", PASSWORD),
        ("deleted@example.org", PASSWORD),
    ] {
        let body = json!({"email": email, "password": password});
        let request = platform.anonymous().post("/api/auth/login").json(&body);
        let answer = request.with("X-Request-Id", "the-same-for-all").await;
        answers.push(answer.must_fail(401, "invalid_credentials"));
    }
    let [wrong, unknown, deleted] = answers.try_into().expect("there are three");
    assert_eq!(wrong.body, unknown.body);
    assert_eq!(wrong.body, deleted.body);
    let names = |answer: &Answer| answer.headers.keys().cloned().collect::<HashSet<_>>();
    assert_eq!(names(&wrong), names(&unknown));
    assert_eq!(names(&wrong), names(&deleted));
    assert!(!wrong.header("www-authenticate").is_empty());
    let failures =
        "SELECT count(*) FROM audit_logs WHERE action = 'session.sign_in' AND outcome = 'failure'";
    assert_eq!(platform.count(failures).await, 3);
}

#[tokio::test]
async fn a_suspension_is_told_only_after_the_right_password() {
    let platform = Platform::start().await;
    let alice = platform.newcomer("alice").await;
    platform
        .execute("UPDATE users SET account_status = 'suspended', suspended_reason = 'spam'")
        .await;
    let stranger = platform.anonymous();
    stranger
        .login(&alice.email, "not the password")
        .await
        .must_fail(401, "invalid_credentials");
    stranger
        .login(&alice.email, PASSWORD)
        .await
        .must_fail(403, "account_suspended");
}

#[tokio::test]
async fn what_nobody_asked_for_is_refused_by_name_and_changes_nothing() {
    let platform = Platform::start().await;
    for field in [
        "role",
        "roles",
        "is_admin",
        "email_verified_at",
        "id",
        "password_hash",
    ] {
        let mut body = json!({"email": "eve@example.org", "username": "eve", "password": PASSWORD});
        body[field] = json!("admin");
        let answer = platform
            .anonymous()
            .post("/api/auth/register")
            .json(&body)
            .await;
        let answer = answer.must_fail(422, "validation_failed");
        assert_eq!(answer.at("/errors/0/field"), field);
    }
    assert_eq!(platform.count("SELECT count(*) FROM users").await, 0);
    let address = an_address();
    let agreed = json!({"email": "eve@example.org", "username": "eve", "password": PASSWORD});
    let joined = platform.direct().post("/api/auth/register").json(&agreed);
    joined.with("X-Forwarded-For", &address).await.must_be(201);
    let seen = format!("SELECT count(*) FROM audit_logs WHERE ip = '{address}'::inet");
    assert_eq!(
        platform.count(&seen).await,
        1,
        "the audit log knows where from"
    );
}
