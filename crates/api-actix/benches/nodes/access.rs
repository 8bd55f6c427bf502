//! Permissions: how soon every node knows, and what asking costs.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::{Person, Place, Platform};
use crate::report::{Report, told};
use crate::sessions::{counted, three_nodes, works_until};

/// Lets somebody hold a role, as an operator does by SQL, before anybody has asked what they may do.
async fn give(platform: &Platform, person: &Person, role: &str) {
    let id = &person.id;
    let grant = format!(
        "INSERT INTO user_roles (user_id, role_id) SELECT '{id}', id FROM roles WHERE name = '{role}' ON CONFLICT DO NOTHING"
    );
    platform.execute(&grant).await;
    platform.admin(&["flush-permissions"]);
}

/// How long a role that was taken on one node works on all three.
pub(crate) async fn role_removal(report: &mut Report) {
    let (platform, places) = three_nodes().await;
    let admin = platform.register("chief").await;
    give(&platform, &admin, "admin").await;
    let admin = admin.keeping_alive();
    let grace = platform.register("grace").await.keeping_alive();
    let roles = format!("/api/admin/users/{}/roles", grace.id);
    let mut delays = Vec::new();
    for _ in 0..100 {
        let body = json!({"roles": ["user", "moderator"]});
        admin.put(&roles).json(&body).await.must_be(204);
        for place in &places {
            let there = grace.at(place);
            works_until(there, "/api/admin/users?limit=1", 200, Instant::now()).await;
        }
        let body = json!({"roles": ["user"]});
        admin.put(&roles).json(&body).await.must_be(204);
        let taken = Instant::now();
        let mut nodes = JoinSet::new();
        for place in &places {
            let there = grace.at(place);
            nodes.spawn(works_until(there, "/api/admin/users?limit=1", 403, taken));
        }
        delays.extend(nodes.join_all().await);
    }
    report.times("a role is taken, every node denies", delays);
}

/// Requests that need a permission and nothing else: the body is refused after it.
async fn protected(person: &Person, place: &Place, time: Duration) -> (f64, Vec<Duration>) {
    let begun = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..16 {
        let person = person.at(place).keeping_alive();
        clients.spawn(async move {
            let mut times = Vec::new();
            while begun.elapsed() < time {
                let answer = person.post("/api/scripts").json(&json!({})).await;
                times.push(answer.must_be(422).took);
            }
            times
        });
    }
    let times = clients.join_all().await.concat();
    let count = u32::try_from(times.len()).map(f64::from).unwrap();
    (count / begun.elapsed().as_secs_f64(), times)
}

/// The same requests while the copy in the process, only Redis, or only PostgreSQL answers.
pub(crate) async fn cache_tiers(report: &mut Report) {
    let time = Duration::from_secs(6);
    let plan = Platform::plan().without_limits().with_wires();
    let mut platform = plan.setting("LOG_LEVEL", "error").start().await;
    for _ in 0..2 {
        platform.another_node().await;
    }
    let (alice, place) = (platform.register("alice").await, platform.server.place());
    for tier in ["memory", "redis", "postgres"] {
        let mut before = Vec::new();
        for name in ["memory", "redis", "postgres"] {
            let series = format!("standing_lookups_total{{tier=\"{name}\"}}");
            before.push((name, series.clone(), counted(&mut platform, &series).await));
        }
        let hush = match tier {
            "redis" => Some(tokio::spawn(hang_up_on_listeners())),
            "postgres" => {
                platform.redis().cut();
                platform.becomes("degraded", Duration::from_secs(30)).await;
                None
            }
            _ => None,
        };
        let (rate, times) = protected(&alice, &place, time).await;
        if let Some(hush) = hush {
            hush.abort();
        }
        report.times(&format!("{tier}: {rate:.0} protected requests/s"), times);
        for (name, series, count) in before {
            let looked = counted(&mut platform, &series).await - count;
            report.tell(&format!("  of them answered by {name}"), looked);
        }
    }
    platform.redis().pass();
    platform.becomes("ready", Duration::from_secs(30)).await;
}

/// While nobody can listen to what changes, the copies in processes do not count.
async fn hang_up_on_listeners() {
    let client = redis::Client::open(test_support::redis_url()).unwrap();
    let mut redis = client.get_multiplexed_async_connection().await.unwrap();
    loop {
        let kill = redis::cmd("CLIENT")
            .arg("KILL")
            .arg("TYPE")
            .arg("pubsub")
            .to_owned();
        kill.query_async::<i64>(&mut redis).await.unwrap();
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// What it takes to change a role that ten thousand people hold, and until all of them feel it.
pub(crate) async fn large_role(report: &mut Report) {
    let (platform, places) = three_nodes().await;
    let admin = platform.register("chief").await;
    give(&platform, &admin, "admin").await;
    let grace = platform.register("grace").await.keeping_alive();
    let body = json!({"name": "crowd", "permissions": ["users.read"]});
    admin.post("/api/roles").json(&body).await.must_be(201);
    give(&platform, &grace, "crowd").await;
    platform
        .execute(
            "INSERT INTO users (id, username, username_key) \
             SELECT gen_random_uuid(), 'crowd' || n, 'crowd' || n FROM generate_series(1, 10000) n; \
             INSERT INTO user_roles (user_id, role_id) SELECT u.id, r.id FROM users u, roles r \
             WHERE u.username LIKE 'crowd%' AND r.name = 'crowd'; ANALYZE",
        )
        .await;
    let body = json!({"permissions": ["roles.read"]});
    let path = "/api/roles/crowd/permissions";
    let read = admin.get("/api/roles/crowd").await.must_be(200);
    let tag = read.header("etag");
    let dry = admin
        .put(&format!("{path}?dry_run=true"))
        .with("If-Match", tag);
    let dry = dry.json(&body).await;
    report.tell("dry run over 10,000 holders", told(dry.must_be(200).took));
    for place in &places {
        let there = grace.at(place);
        works_until(there, "/api/admin/users?limit=1", 200, Instant::now()).await;
    }
    let change = admin.put(path).with("If-Match", tag);
    let changed = change.json(&body).await.must_be(200);
    let since = Instant::now();
    report.tell("the change", told(changed.took));
    let mut nodes = JoinSet::new();
    for place in &places {
        nodes.spawn(works_until(
            grace.at(place),
            "/api/admin/users?limit=1",
            403,
            since,
        ));
    }
    report.times("until every node denies", nodes.join_all().await);
}
