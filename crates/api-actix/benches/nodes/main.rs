//! What cannot be told from one node and one request: how soon every node knows, what storms cost, what time tells.
//!
//! `cargo xtask bench` runs all of it, `cargo xtask bench refresh_storm` one, against the services of the tests (whose PostgreSQL
//! does not sync to disk). Nothing here can fail for being slow: the figures are for people.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that breaks says where"
)]

mod access;
mod audit;
#[path = "../../tests/e2e/harness/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the tests use more of it")]
mod harness;
mod passwords;
mod report;
mod sessions;

use report::Report;

fn main() {
    // Test runners run every target; only `cargo bench` says that it measures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let named: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(measure(&named));
}

/// Takes the measurements that are named, or all.
async fn measure(named: &[String]) {
    let mut report = Report::default();
    macro_rules! take {
        ($($room:ident::$name:ident),* $(,)?) => {$(
            if named.is_empty() || named.iter().any(|name| name == stringify!($name)) {
                report.begin(stringify!($name));
                $room::$name(&mut report).await;
            }
        )*};
    }
    take!(
        sessions::refresh_storm,
        sessions::revocation,
        passwords::enumeration,
        passwords::sign_in_storm,
        access::role_removal,
        access::cache_tiers,
        access::large_role,
        audit::audit_load,
        audit::audit_export,
    );
}
