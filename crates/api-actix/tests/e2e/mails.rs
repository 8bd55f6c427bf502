//! Mails leave after the answer, whatever happens to them.

use std::collections::HashSet;
use std::fs;

use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::{Answer, PASSWORD, PATIENCE, Platform, eventually};

#[tokio::test]
async fn a_mail_that_cannot_be_sent_waits_until_it_can_and_nobody_notices() {
    let plan = Platform::plan();
    let folder = plan.scratch().path().join("mail");
    fs::write(&folder, "in the way").expect("a file can be written");
    let platform = plan.start().await;
    let alice = platform.newcomer("alice").await;
    alice.get("/api/users/me").await.must_be(200);
    let tried = "SELECT count(*) FROM jobs WHERE attempts > 0 AND last_error IS NOT NULL AND done_at IS NULL";
    eventually("the mail was tried", PATIENCE, async || {
        platform.count(tried).await == 1
    })
    .await;
    platform.direct().get("/health/ready").await.must_be(200);

    fs::remove_file(&folder).expect("a file can be removed");
    let token = platform.mails().nth_token(&alice.email, 0).await;
    alice.verify(&token).await.must_be(200);
    assert_eq!(platform.mails().to(&alice.email).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_send_each_mail_once() {
    let mut platform = Platform::plan().role("api").start().await;
    let mut joining = JoinSet::new();
    for number in 0..12 {
        let (caller, name) = (platform.anonymous(), format!("person{number}"));
        joining.spawn(async move { caller.join(&format!("{name}@example.org"), &name).await });
    }
    for answer in joining.join_all().await {
        answer.must_be(201);
    }
    for _ in 0..2 {
        platform.another("worker").await;
    }
    let done = "SELECT count(*) FROM jobs WHERE done_at IS NOT NULL";
    eventually("all mails are sent", PATIENCE, async || {
        platform.count(done).await == 12
    })
    .await;
    assert_eq!(platform.count("SELECT sum(attempts) FROM jobs").await, 12);
    let mut ids = HashSet::new();
    for number in 0..12 {
        let mails = platform.mails().to(&format!("person{number}@example.org"));
        assert_eq!(mails.len(), 1, "person{number}");
        let id = mails[0]
            .lines()
            .find(|line| line.starts_with("Message-ID: "));
        assert!(ids.insert(id.expect("a mail has an id").to_owned()));
    }
}

/// Signs alice in by a browser.
async fn signs_in_by(platform: &Platform, user_agent: &str) -> Answer {
    let body = json!({"email": "alice@example.org", "password": PASSWORD});
    let asking = platform.anonymous().post("/api/auth/login");
    let answer = asking.with("User-Agent", user_agent).json(&body).await;
    answer.must_be(200)
}

#[tokio::test]
async fn a_device_that_was_never_seen_is_told_by_mail_once_and_can_be_thrown_out() {
    let platform = Platform::start().await;
    let alice = platform.register("alice").await;
    let firefox = |version| {
        format!(
            "Mozilla/5.0 (X11; Linux x86_64; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"
        )
    };
    let intruder = signs_in_by(&platform, &firefox(128)).await;
    // The first mail asked to confirm the address.
    let mail = platform.mails().nth(&alice.email, 1).await;
    assert!(mail.contains("A new device signed in"), "{mail}");
    assert!(mail.contains("Firefox, Linux"), "{mail}");
    signs_in_by(&platform, &firefox(140)).await;
    let sessions = alice.get("/api/auth/sessions").await.must_be(200);
    let devices = sessions.json()["items"].to_string();
    assert_eq!(devices.matches("Firefox, Linux").count(), 2, "{devices}");

    let token = platform.mails().nth_token(&alice.email, 1).await;
    let not_me = platform.anonymous().post("/api/auth/not-me");
    not_me.json(&json!({"token": token})).await.must_be(204);
    let refresh = intruder.at("/token/refresh_token");
    platform
        .anonymous()
        .refresh(&refresh)
        .await
        .must_fail(401, "refresh_token_invalid");
    let letters = platform.mails().to(&alice.email);
    let told = letters
        .iter()
        .filter(|mail| mail.contains("A new device signed in"));
    assert_eq!(told.count(), 1, "the same browser was told again");
}
