//! Staying signed in, and signing out, here and elsewhere.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::harness::{PATIENCE, Platform, eventually, tampered};

/// What the contract promises for an ended session on every node.
const SOON: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_refresh_rotates_and_a_lost_answer_is_given_again() {
    let platform = Platform::start().await;
    let first = platform.newcomer("alice").await;
    let second = first.refreshed().await;
    assert_ne!(first.refresh, second.refresh);
    let again = first.refreshed().await;
    assert_eq!(second.refresh, again.refresh, "the same successor");
    let third = second.refreshed().await;
    third.get("/api/users/me").await.must_be(200);
    assert_eq!(
        platform
            .count("SELECT count(*) FROM sessions WHERE revoked_at IS NULL")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_tabs_that_refresh_at_once_over_two_nodes_get_one_successor() {
    let mut platform = Platform::plan()
        .setting("RATE_LIMIT_REFRESH", "off")
        .start()
        .await;
    let other = platform.another_node().await;
    let alice = platform.newcomer("alice").await;
    let mut tabs = JoinSet::new();
    for number in 0..50 {
        let tab = if number % 2 == 0 {
            alice.clone()
        } else {
            alice.at(&other)
        };
        tabs.spawn(async move { tab.refresh(&tab.refresh).await });
    }
    // So many at once may be too many; then they are asked to come back, and nobody is signed out.
    let mut successors = HashSet::new();
    for answer in tabs.join_all().await {
        if answer.status == 503 {
            answer.retry_after();
        } else {
            successors.insert(answer.must_be(200).at("/token/refresh_token"));
        }
    }
    assert_eq!(successors.len(), 1);
    let again = alice.refreshed().await;
    assert!(successors.contains(&again.refresh));
    again
        .refreshed()
        .await
        .get("/api/users/me")
        .await
        .must_be(200);
}

#[tokio::test]
async fn a_token_from_before_the_last_one_ends_its_session_and_no_other() {
    let platform = Platform::start().await;
    let grandparent = platform.newcomer("alice").await;
    let elsewhere = grandparent.sign_in().await;
    let current = grandparent.refreshed().await.refreshed().await;
    platform
        .anonymous()
        .refresh(&grandparent.refresh)
        .await
        .must_fail(401, "refresh_token_reused");
    current
        .get("/api/users/me")
        .await
        .must_fail(401, "session_ended");
    platform
        .anonymous()
        .refresh(&current.refresh)
        .await
        .must_be(401);
    elsewhere.get("/api/users/me").await.must_be(200);

    let audited = "SELECT count(*) FROM audit_logs WHERE action = 'session.refresh_token_reused'";
    assert_eq!(platform.count(audited).await, 1);
    let notice = platform.mails().nth("alice@example.org", 1).await;
    assert!(notice.contains("Subject: "), "{notice}");
    assert!(!notice.contains("shr_"), "{notice}");
}

#[tokio::test]
async fn the_previous_token_is_a_copy_once_its_successor_was_used_and_the_grace_is_over() {
    let platform = Platform::plan()
        .setting("REFRESH_GRACE", "1s")
        .start()
        .await;
    let first = platform.newcomer("alice").await;
    let second = first.refreshed().await;
    second.get("/api/users/me").await.must_be(200);
    let past_grace = "SELECT count(*) FROM sessions WHERE used_at IS NOT NULL \
                      AND rotated_at < now() - interval '1100 milliseconds'";
    eventually(
        "the use is known and the grace is over",
        PATIENCE,
        async || platform.count(past_grace).await == 1,
    )
    .await;
    platform
        .anonymous()
        .refresh(&first.refresh)
        .await
        .must_fail(401, "refresh_token_reused");
    platform
        .anonymous()
        .refresh(&second.refresh)
        .await
        .must_be(401);
    second.get("/api/users/me").await.must_be(401);
}

#[tokio::test]
async fn a_forged_refresh_token_harms_nobody() {
    let platform = Platform::start().await;
    let alice = platform.newcomer("alice").await;
    let forged = tampered(&alice.refresh);
    for token in [forged.as_str(), "shr_", "", "nonsense"] {
        platform
            .anonymous()
            .refresh(token)
            .await
            .must_fail(401, "refresh_token_invalid");
    }
    alice
        .refreshed()
        .await
        .get("/api/users/me")
        .await
        .must_be(200);
}

#[tokio::test]
async fn a_logout_is_seen_by_the_other_node_within_a_second_and_may_be_repeated() {
    let mut platform = Platform::start().await;
    let other = platform.another_node().await;
    let alice = platform.newcomer("alice").await;
    let there = alice.at(&other);
    there.get("/api/users/me").await.must_be(200);
    there.get("/api/users/me").await.must_be(200);

    alice.post("/api/auth/logout").await.must_be(204);
    let begun = Instant::now();
    loop {
        let asked = begun.elapsed();
        let answer = there.get("/api/users/me").await;
        if answer.status == 401 {
            answer.must_fail(401, "session_ended");
            break;
        }
        answer.must_be(200);
        assert!(
            asked < SOON,
            "after {asked:?} the session still lives there"
        );
        sleep(Duration::from_millis(50)).await;
    }
    alice.post("/api/auth/logout").await.must_be(204);
    there.post("/api/auth/logout").await.must_be(204);
    there.refresh(&alice.refresh).await.must_be(401);
    let signed_out = "SELECT count(*) FROM audit_logs WHERE action = 'session.sign_out'";
    assert_eq!(platform.count(signed_out).await, 1, "once");
}

/// The session of this id in a list.
fn living(list: &Value) -> Vec<&Value> {
    list["items"]
        .as_array()
        .expect("a list has items")
        .iter()
        .collect()
}

#[tokio::test]
async fn people_see_their_sessions_and_end_them_one_by_one_or_all_others() {
    let platform = Platform::start().await;
    let [laptop, bob] = [
        platform.newcomer("alice").await,
        platform.newcomer("bob").await,
    ];
    let phone = laptop.sign_in().await;
    let tablet = laptop.sign_in().await;
    let answer = laptop.get("/api/auth/sessions").await.must_be(200);
    let list = answer.json();
    let current = |session: &&&Value| session["current"] == json!(true);
    assert_eq!(living(&list).len(), 3);
    assert_eq!(living(&list).iter().filter(current).count(), 1);
    assert!(!answer.text().contains("shr_") && !answer.text().contains("eyJ"));

    let bobs = bob
        .get("/api/auth/sessions")
        .await
        .must_be(200)
        .at("/items/0/id");
    laptop
        .delete(&format!("/api/auth/sessions/{bobs}"))
        .await
        .must_be(404);
    bob.get("/api/users/me").await.must_be(200);

    let phones = phone.get("/api/auth/sessions").await.must_be(200).json();
    let phones = living(&phones)
        .into_iter()
        .find(|session| current(&session))
        .cloned();
    let phones = phones.expect("one is current")["id"].clone();
    let path = format!(
        "/api/auth/sessions/{}",
        phones.as_str().expect("an id is a text")
    );
    laptop.delete(&path).await.must_be(204);
    phone
        .get("/api/users/me")
        .await
        .must_fail(401, "session_ended");
    tablet.get("/api/users/me").await.must_be(200);

    laptop.delete("/api/auth/sessions").await.must_be(204);
    tablet
        .get("/api/users/me")
        .await
        .must_fail(401, "session_ended");
    laptop.get("/api/users/me").await.must_be(200);
    bob.get("/api/users/me").await.must_be(200);

    laptop
        .delete("/api/auth/sessions?all=true")
        .await
        .must_be(204);
    laptop
        .get("/api/users/me")
        .await
        .must_fail(401, "session_ended");
}

#[tokio::test]
async fn a_profile_changes_only_from_the_state_that_was_read() {
    let platform = Platform::start().await;
    let alice = platform.newcomer("alice").await;
    let read = alice.get("/api/users/me").await.must_be(200);
    let tag = read.header("etag");
    let patch = json!({"display_name": "Alice L."});
    let ask = || alice.patch("/api/users/me").json(&patch);
    ask().await.must_fail(428, "precondition_required");
    ask()
        .with("If-Match", "\"0-0\"")
        .await
        .must_fail(412, "precondition_failed");
    let changed = ask().with("If-Match", tag).await.must_be(200);
    assert_eq!(changed.at("/display_name"), "Alice L.");
    assert_ne!(changed.header("etag"), tag);
    ask()
        .with("If-Match", tag)
        .await
        .must_fail(412, "precondition_failed");
    let known = alice
        .get("/api/users/me")
        .with("If-None-Match", changed.header("etag"));
    known.await.must_be(304);
    alice
        .get("/api/users/me")
        .with("If-None-Match", tag)
        .await
        .must_be(200);
}
