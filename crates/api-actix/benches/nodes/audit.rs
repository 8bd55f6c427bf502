//! What the audit log costs.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::{Platform, eventually};
use crate::report::{Report, told};

/// Requests whose permission is noted or not: the rows that land, and the time that it adds.
pub(crate) async fn audit_load(report: &mut Report) {
    for allowed in ["none", "all"] {
        let plan = Platform::plan().without_limits();
        let plan = plan.setting("AUDIT_ALLOWED", allowed);
        let platform = plan.setting("LOG_LEVEL", "error").start().await;
        let alice = platform.register("alice").await;
        let noted = "SELECT count(*) FROM audit_logs WHERE action = 'access.allowed'";
        let begun = Instant::now();
        let mut clients = JoinSet::new();
        for _ in 0..16 {
            let alice = alice.keeping_alive();
            clients.spawn(async move {
                let mut times = Vec::new();
                while begun.elapsed() < Duration::from_secs(10) {
                    let answer = alice.post("/api/scripts").json(&json!({})).await;
                    times.push(answer.must_be(422).took);
                }
                times
            });
        }
        let times = clients.join_all().await.concat();
        let took = begun.elapsed().as_secs_f64();
        let count = u32::try_from(times.len()).map(f64::from).unwrap();
        let what = format!("{allowed} noted: {:.0} requests/s", count / took);
        report.times(&what, times);
        // The last batch is written within a second.
        tokio::time::sleep(Duration::from_secs(3)).await;
        let rows = platform.count(noted).await;
        report.tell("  rows written", rows);
        let page = platform.server.operator().get("/metrics").await;
        let page = String::from_utf8_lossy(&page.body).into_owned();
        let dropped = page
            .lines()
            .find(|line| line.starts_with("audit_notes_dropped_total"));
        report.tell("  dropped", dropped.unwrap_or("none"));
    }
}

/// A million rows, as a stream.
pub(crate) async fn audit_export(report: &mut Report) {
    let platform = Platform::plan().without_limits().start().await;
    let admin = platform.register("chief").await;
    platform
        .execute(
            "INSERT INTO user_roles (user_id, role_id) SELECT u.id, r.id FROM users u, roles r WHERE r.name = 'admin' ON CONFLICT DO NOTHING; \
             INSERT INTO audit_logs (id, actor_kind, subject_kind, action, outcome, created_at, after) \
             SELECT gen_random_uuid(), 'system', 'none', 'session.sign_in', 'success', now() - n * interval '1 ms', '{\"number\": 1}' \
             FROM generate_series(1, 1000000) n",
        )
        .await;
    platform.admin(&["flush-permissions"]);
    let may = "the administrator may";
    eventually(may, Duration::from_secs(10), async || {
        admin.get("/api/audit-logs?limit=1").await.status == 200
    })
    .await;
    for format in ["ndjson", "csv"] {
        let before = memory(&platform);
        let begun = Instant::now();
        let path = format!("/api/audit-logs/export?format={format}");
        let answer = admin.get(&path).attempt().await.unwrap();
        let rows = answer.body.split(|byte| *byte == b'\n').count();
        let mib = answer.body.len() / 1024 / 1024;
        let figure = format!("{rows} lines, {mib} MiB in {}", told(begun.elapsed()));
        report.tell(format, figure);
        let grown = memory(&platform).saturating_sub(before) / 1024;
        report.tell(
            "  more memory of the server at its peak",
            format_args!("{grown} MiB"),
        );
    }
}

/// The most memory that the server has had, in KiB.
fn memory(platform: &Platform) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", platform.server.id())).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
