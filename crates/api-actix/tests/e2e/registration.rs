//! The ways in which a platform lets people join.

use crate::harness::{PASSWORD, Platform};

#[tokio::test]
async fn where_people_confirm_first_nobody_learns_who_is_here_but_by_mail() {
    let platform = Platform::plan()
        .setting("REGISTRATION", "confirm_first")
        .start()
        .await;
    let first = platform
        .anonymous()
        .join("alice@example.org", "alice")
        .await
        .must_be(202);
    let token = platform.mails().nth_token("alice@example.org", 0).await;
    platform.anonymous().verify(&token).await.must_be(200);
    let second = platform
        .anonymous()
        .join("ALICE@example.org", "mallory")
        .await
        .must_be(202);
    assert_eq!(first.body, second.body);
    let told = platform.mails().nth("alice@example.org", 1).await;
    assert!(
        told.contains("Subject: You have an account already"),
        "{told}"
    );
    for email in ["alice@example.org", "bob@example.org"] {
        let answer = platform.anonymous().join(email, "Alice").await;
        answer.must_fail(409, "username_taken");
    }
    assert_eq!(platform.count("SELECT count(*) FROM users").await, 1);
    platform
        .anonymous()
        .login("alice@example.org", PASSWORD)
        .await
        .must_be(200);
}

#[tokio::test]
async fn where_registration_is_closed_nobody_joins() {
    let platform = Platform::plan()
        .setting("REGISTRATION", "closed")
        .start()
        .await;
    let answer = platform
        .anonymous()
        .join("alice@example.org", "alice")
        .await;
    answer.must_fail(403, "registration_closed");
    assert_eq!(platform.count("SELECT count(*) FROM users").await, 0);
}
