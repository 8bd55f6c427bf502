//! Rate limits: exact, told, and not to be talked out of.

use std::time::Duration;

use test_support::services::unique_suffix;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::harness::{Answer, PASSWORD, Platform, an_address};

const WRONG: &str = "not the password";

/// The item of a structured list that begins with this name.
fn item(list: &str, name: &str) -> String {
    let name = format!("\"{name}\";");
    let item = list.split(", ").find(|item| item.starts_with(&name));
    item.unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_sixth_try_of_credentials_is_too_many_and_the_answer_says_until_when() {
    let platform = Platform::start().await;
    let alice = platform.newcomer("alice").await;
    let thief = platform.anonymous();
    for left in (0..5).rev() {
        let answer = thief.login(&alice.email, WRONG).await.must_be(401);
        let state = item(answer.header("ratelimit"), "auth");
        assert!(
            state.starts_with(&format!("\"auth\";r={left};t=")),
            "{state}"
        );
    }
    for password in [WRONG, PASSWORD] {
        let answer = thief
            .login(&alice.email, password)
            .await
            .must_fail(429, "rate_limited");
        assert_eq!(
            item(answer.header("ratelimit-policy"), "auth"),
            "\"auth\";q=5;w=900"
        );
        let state = item(answer.header("ratelimit"), "auth");
        let told = state.trim_start_matches("\"auth\";r=0;t=").parse::<u64>();
        let told = told.expect("nothing is left, and it is said for how long");
        assert!(told.abs_diff(answer.retry_after()) <= 1, "{state}");
        // The window is cut into sixty slots, and an act is remembered until its slot has left the window.
        assert!(told <= 900 + 15, "{state}");
    }
    // The account is not locked: its owner comes from elsewhere.
    alice.sign_in().await;
}

#[tokio::test]
async fn who_waits_as_long_as_told_is_let_in() {
    let platform = Platform::plan()
        .setting("RATE_LIMIT_AUTH", "2/2s")
        .start()
        .await;
    let alice = platform.newcomer("alice").await;
    let caller = platform.anonymous();
    caller.login(&alice.email, WRONG).await.must_be(401);
    caller.login(&alice.email, WRONG).await.must_be(401);
    let told = caller
        .login(&alice.email, PASSWORD)
        .await
        .must_be(429)
        .retry_after();
    // This is what clients do with the header.
    sleep(Duration::from_secs(told)).await;
    caller.login(&alice.email, PASSWORD).await.must_be(200);
}

#[tokio::test]
async fn headers_of_a_peer_that_is_no_proxy_of_ours_change_nothing() {
    // All tests come from the address of this peer, so only what is counted by account as well is counted.
    let platform = Platform::plan()
        .without("TRUSTED_PROXIES")
        .setting("RATE_LIMIT_API", "off")
        .setting("RATE_LIMIT_AUTH_IP", "off")
        .start()
        .await;
    let victim = format!("{}@example.org", unique_suffix());
    let headers = [
        "X-Forwarded-For",
        "Forwarded",
        "X-Real-IP",
        "X_Forwarded_For",
        "True-Client-IP",
        "CF-Connecting-IP",
    ];
    for number in 0..20 {
        let header = headers[number % headers.len()];
        let address = an_address();
        let value = match header {
            "Forwarded" => format!("for=\"[{address}]\""),
            _ => address,
        };
        let body = serde_json::json!({"email": victim, "password": WRONG});
        let request = platform.direct().post("/api/auth/login").json(&body);
        let answer = request.with(header, &value).await;
        answer.must_be(if number < 5 { 401 } else { 429 });
    }
    let peers = "SELECT count(*) FROM audit_logs WHERE action = 'session.sign_in' AND host(ip) = '127.0.0.1'";
    assert_eq!(platform.count(peers).await, 5);
}

#[tokio::test]
async fn clients_behind_our_proxy_are_counted_one_by_one_whatever_they_claim() {
    let platform = Platform::start().await;
    let victim = format!("{}@example.org", unique_suffix());
    let clients = [an_address(), an_address()];
    for round in 0..6 {
        for client in &clients {
            let body = serde_json::json!({"email": victim, "password": WRONG});
            let claim = format!("{}, {client}", an_address());
            let request = platform.direct().post("/api/auth/login").json(&body);
            let answer = request.with("X-Forwarded-For", &claim).await;
            answer.must_be(if round < 5 { 401 } else { 429 });
        }
    }
}

#[tokio::test]
async fn one_address_cannot_try_one_password_on_everybody() {
    let platform = Platform::plan()
        .setting("RATE_LIMIT_AUTH_IP", "7/15m")
        .start()
        .await;
    let thief = platform.anonymous();
    for number in 0..9 {
        let answer = thief
            .login(&format!("person{number}@example.org"), PASSWORD)
            .await;
        answer.must_be(if number < 7 { 401 } else { 429 });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_is_exact_for_a_hundred_at_once_over_two_nodes() {
    let mut platform = Platform::start().await;
    let other = platform.another_node().await;
    let here = platform.anonymous();
    let there = here.through(&other);
    let mut tries = JoinSet::new();
    for number in 0..100 {
        let caller = if number % 2 == 0 {
            here.clone()
        } else {
            there.clone()
        };
        tries.spawn(async move { caller.login("nobody@example.org", WRONG).await });
    }
    let answers = tries.join_all().await;
    let of = |status| {
        answers
            .iter()
            .filter(|answer: &&Answer| answer.status == status)
            .count()
    };
    assert_eq!((of(401), of(429)), (5, 95));
}

#[tokio::test]
async fn strangers_are_limited_by_address_and_people_by_account() {
    let platform = Platform::plan()
        .setting("RATE_LIMIT_API", "3/15m")
        .setting("RATE_LIMIT_API_USER", "5/15m")
        .start()
        .await;
    let alice = platform.newcomer("alice").await;
    let stranger = platform.anonymous();
    for number in 0..5 {
        let answer = stranger.get("/api/scripts").await;
        answer.must_be(if number < 3 { 200 } else { 429 });
    }
    for number in 0..7 {
        let elsewhere = platform.anonymous().bearing(&alice.access);
        let answer = elsewhere.get("/api/users/me").await;
        answer.must_be(if number < 5 { 200 } else { 429 });
    }
    platform.direct().get("/health/ready").await.must_be(200);
}
