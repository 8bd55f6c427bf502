//! Mails leave after the answer, whatever happens to them.

use std::collections::HashSet;
use std::fs;

use tokio::task::JoinSet;

use crate::harness::{PATIENCE, Platform, eventually};

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
