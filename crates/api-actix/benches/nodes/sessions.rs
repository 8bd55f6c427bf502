//! Sessions over three nodes.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::harness::{Person, Place, Platform};
use crate::report::Report;

/// Three nodes that limit nobody.
pub(crate) async fn three_nodes() -> (Platform, [Place; 3]) {
    let plan = Platform::plan().without_limits();
    let mut platform = plan.setting("LOG_LEVEL", "warn").start().await;
    let places = [
        platform.server.place(),
        platform.another_node().await,
        platform.another_node().await,
    ];
    (platform, places)
}

/// Many tabs refresh the same token at once on three nodes, again and again; in the end a stolen one comes.
pub(crate) async fn refresh_storm(report: &mut Report) {
    let (mut platform, places) = three_nodes().await;
    let alice = platform.register("alice").await;
    let (mut answers, mut split) = (BTreeMap::<u16, u32>::new(), 0);
    let mut stolen = Vec::new();
    for _ in 0..20 {
        let mut person = alice.sign_in().await;
        for _ in 0..10 {
            let mut tabs = JoinSet::new();
            for tab in 0..12 {
                let there = person.at(&places[tab % 3]);
                tabs.spawn(async move { there.refresh(&there.refresh).await });
            }
            let mut successors = HashSet::new();
            for answer in tabs.join_all().await {
                *answers.entry(answer.status).or_default() += 1;
                if answer.status == 200 {
                    successors.insert(answer.at("/token/refresh_token"));
                    let older = person.refresh.clone();
                    person = person.with_tokens(&answer);
                    stolen.push(older);
                }
            }
            split += usize::from(successors.len() != 1);
        }
    }
    report.tell("answers by status", format_args!("{answers:?}"));
    report.tell("rounds with more than one successor", split);
    // The first token of all is long superseded.
    let reused = alice.sign_in().await;
    let twice = reused.refreshed().await.refreshed().await;
    drop(twice);
    let stolen = reused.refresh(&reused.refresh).await;
    report.tell("a grandparent answers", stolen.status);
    for outcome in [
        "rotated", "replayed", "reused", "invalid", "expired", "failed",
    ] {
        let count = counted(
            &mut platform,
            &format!("refreshes_total{{outcome=\"{outcome}\"}}"),
        )
        .await;
        report.tell(&format!("counted as {outcome}"), count);
    }
}

/// The sum of a counter over the three nodes.
pub(crate) async fn counted(platform: &mut Platform, series: &str) -> u64 {
    let mut sum = 0;
    for node in 0..3 {
        let page = platform.process(node).operator().get("/metrics").await;
        let page = String::from_utf8_lossy(&page.body).into_owned();
        let value = page.lines().find_map(|line| line.strip_prefix(series));
        sum += value
            .and_then(|value| value.trim().parse::<u64>().ok())
            .unwrap_or_default();
    }
    sum
}

/// How long a session that ended on one node works on the two others.
pub(crate) async fn revocation(report: &mut Report) {
    let (platform, places) = three_nodes().await;
    let alice = platform.register("alice").await;
    let mut delays = Vec::new();
    for _ in 0..100 {
        let person = alice.sign_in().await.keeping_alive();
        for place in &places {
            person.at(place).get("/api/users/me").await.must_be(200);
        }
        person
            .at(&places[0])
            .post("/api/auth/logout")
            .await
            .must_be(204);
        let ended = Instant::now();
        let mut others = JoinSet::new();
        for place in &places[1..] {
            others.spawn(works_until(person.at(place), "/api/users/me", 401, ended));
        }
        delays.extend(others.join_all().await);
    }
    report.times("signed out on one node, refused on another", delays);
}

/// How long after a moment the person is answered like this.
pub(crate) async fn works_until(
    person: Person,
    path: &'static str,
    status: u16,
    since: Instant,
) -> Duration {
    loop {
        let asked = since.elapsed();
        let answer = person.get(path).await.status;
        if answer == status {
            return asked;
        }
        assert!(
            asked < Duration::from_secs(30),
            "{path} still answers {answer}"
        );
    }
}
