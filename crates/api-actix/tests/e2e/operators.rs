//! What operators do while people are there: administrators, storms.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::task::JoinSet;

use crate::harness::{PASSWORD, Platform};

#[tokio::test]
async fn an_administrator_made_from_the_shell_signs_in_and_publishes() {
    let platform = Platform::start().await;
    let file = platform.scratch().path().join("password");
    fs::write(&file, format!("{PASSWORD}\n")).expect("a file can be written");
    let create = || {
        let mut create = platform.settings().command();
        create.args(["admin", "create-admin", "--email", "root@example.org"]);
        create
            .args(["--username", "admin", "--password-file"])
            .arg(&file);
        create.output().expect("the program can be started")
    };
    for _ in 0..2 {
        let created = create();
        assert!(created.status.success(), "{created:?}");
    }
    assert_eq!(platform.count("SELECT count(*) FROM users").await, 1);
    let answer = platform
        .anonymous()
        .login("root@example.org", PASSWORD)
        .await
        .must_be(200);
    let admin = platform
        .anonymous()
        .bearing(&answer.at("/token/access_token"));
    assert_ne!(answer.json()["user"]["email_verified_at"], Value::Null);
    admin.get("/api/scripts?limit=100").await.must_be(200);
    platform
        .anonymous()
        .get("/api/scripts?limit=100")
        .await
        .must_fail(422, "validation_failed");
    let audited = "SELECT count(*) FROM audit_logs WHERE action = 'account.create_admin' AND actor_kind = 'operator'";
    assert_eq!(platform.count(audited).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_logins_is_turned_away_in_part_and_holds_up_nobody_else() {
    let platform = Platform::plan()
        .without_limits()
        .setting("BCRYPT_COST", "12")
        .start()
        .await;
    let mut storm = JoinSet::new();
    for number in 0..120 {
        let caller = platform.anonymous();
        storm.spawn(async move {
            caller
                .login(&format!("person{number}@example.org"), PASSWORD)
                .await
        });
    }
    let mut slowest = Duration::ZERO;
    let reader = platform.anonymous();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(1) {
        slowest = slowest.max(reader.get("/api/scripts").await.must_be(200).took);
        slowest = slowest.max(reader.get("/health/live").await.must_be(200).took);
    }
    assert!(
        slowest < Duration::from_secs(2),
        "a reader waited {slowest:?}"
    );
    let (refused, turned_away): (Vec<_>, Vec<_>) = storm
        .join_all()
        .await
        .into_iter()
        .partition(|answer| answer.status == 401);
    assert!(!refused.is_empty() && !turned_away.is_empty());
    for answer in turned_away {
        answer.must_fail(503, "overloaded").retry_after();
    }
}
