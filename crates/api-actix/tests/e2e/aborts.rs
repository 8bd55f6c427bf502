//! Clients that hang up while they write.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::{PATIENCE, Person, Place, Platform, Wire, a_script, eventually};

/// How many requests are begun and not waited for.
const REQUESTS: usize = 5_000;
/// How many of them at a time.
const AT_A_TIME: usize = 50;

/// Begins a request and hangs up: in the middle of the body, at once after it, or while it is worked on.
async fn begin_and_hang_up(server: &Place, person: &Person, script: &str, number: usize) {
    let content = format!("print({number})\n");
    let (path, body) = if number.is_multiple_of(4) {
        (format!("{script}/versions"), json!({"content": content}))
    } else {
        (
            "/api/scripts".to_owned(),
            a_script(&format!("Abandoned {number}"), &content),
        )
    };
    let mut wire = Wire::posting(server, &path, &person.access, &body).await;
    match number % 5 {
        0 => wire.send_half().await,
        1 => wire.send_all().await,
        2 => {
            wire.send_half().await;
            wire.send_rest().await;
        }
        _ => {
            wire.send_all().await;
            // Up to what a write takes when so many are on their way.
            let moment = u64::try_from(number % 40 * 8).unwrap_or(0);
            wire.answer_within(Duration::from_millis(moment)).await;
        }
    }
    if !number.is_multiple_of(3) {
        wire.reset();
    }
}

/// Says what is wrong with what was written: each query has to count nothing.
const HALVES: [(&str, &str); 4] = [
    (
        "scripts without their newest version or its content",
        "SELECT count(*) FROM scripts s LEFT JOIN script_versions v ON v.script_id = s.id AND v.number = s.latest_version \
         LEFT JOIN script_blobs b ON b.sha256 = v.content_sha256 WHERE b.sha256 IS NULL",
    ),
    (
        "scripts whose making is not in the audit log exactly once",
        "SELECT count(*) FROM scripts s WHERE 1 <> (SELECT count(*) FROM audit_logs a \
         WHERE a.subject_id = s.id AND a.action = 'script.create' AND a.outcome = 'success')",
    ),
    (
        "further versions without a row in the audit log, or the other way round",
        "SELECT abs((SELECT count(*) FROM script_versions WHERE number > 1) \
         - (SELECT count(*) FROM audit_logs WHERE action = 'script.add_version' AND outcome = 'success'))",
    ),
    (
        "rows of the audit log about scripts that are not there",
        "SELECT count(*) FROM audit_logs a WHERE a.subject_kind = 'script' \
         AND NOT EXISTS (SELECT FROM scripts s WHERE s.id = a.subject_id)",
    ),
];

async fn hang_up_again_and_again(platform: &Platform, alice: &Person) {
    let mut scripts = Vec::new();
    for number in 0..10 {
        scripts.push(
            alice
                .publish(&format!("Grown {number}"), "print(0)\n")
                .await,
        );
    }
    let scripts = Arc::new(scripts);
    // Shared for the time of the test, which waits for all of them.
    let mut clients = JoinSet::new();
    let server = Arc::new(platform.server.place());
    for client in 0..AT_A_TIME {
        let (server, alice, scripts) = (Arc::clone(&server), alice.clone(), Arc::clone(&scripts));
        clients.spawn(async move {
            for number in (client..REQUESTS).step_by(AT_A_TIME) {
                let script = &scripts[number % scripts.len()];
                begin_and_hang_up(&server, &alice, script, number).await;
            }
        });
    }
    clients.join_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_clients_that_hang_up_leave_no_open_transaction_and_nothing_half_written() {
    let platform = Platform::plan()
        .without_limits()
        .setting("LOG_LEVEL", "warn")
        .start()
        .await;
    let alice = platform.register("alice").await;
    hang_up_again_and_again(&platform, &alice).await;

    let busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                AND pid <> pg_backend_pid() AND state <> 'idle'";
    eventually("no transaction is open", PATIENCE, async || {
        platform.count(busy).await == 0
    })
    .await;
    for (what, query) in HALVES {
        assert_eq!(platform.count(query).await, 0, "{what}");
    }
    let written = platform.count("SELECT count(*) FROM scripts").await;
    assert!(
        written > 300,
        "only {written} were written: nobody hung up in the middle of a write"
    );
    alice.publish("Afterwards", "print('still here')\n").await;
    // The last requests may still be on their way out, and readiness may still remember the worst moment.
    eventually("the server is ready", PATIENCE, async || {
        platform.readiness().await == (200, "ready".to_owned())
    })
    .await;
    eventually(
        "who hung up is not counted any more",
        PATIENCE,
        async || {
            let operator = platform.server.operator();
            let page = operator.get("/metrics").await.must_be(200);
            page.text()
                .lines()
                .any(|line| line == "http_requests_in_flight 0")
        },
    )
    .await;
}
