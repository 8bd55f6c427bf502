//! What passwords cost, and what the time of an answer tells.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::{Caller, PASSWORD, Platform};
use crate::report::{Report, at, told};

/// How many pairs are compared.
const PAIRS: usize = 300;

async fn platform() -> Platform {
    let plan = Platform::plan().without_limits();
    let plan = plan.setting("BCRYPT_COST", "12");
    plan.setting("LOG_LEVEL", "warn").start().await
}

/// Whether an address that has an account can be told by time: pairs of requests, one after the other.
pub(crate) async fn enumeration(report: &mut Report) {
    let platform = platform().await;
    let person = platform.newcomer("person").await;
    // Accounts like that one, so that no limit of mails decides what is done.
    let copies = format!(
        "INSERT INTO users (id, email, email_key, username, username_key, password_hash) \
         SELECT gen_random_uuid(), 'known' || n || '@example.org', 'known' || n || '@example.org', 'known' || n, 'known' || n, \
                (SELECT password_hash FROM users WHERE username_key = 'person') FROM generate_series(1, {PAIRS}) n"
    );
    platform.execute(&copies).await;
    drop(person);
    let caller = platform.anonymous().keeping_alive();
    for (door, path) in [
        ("sign-in, wrong password", "/api/auth/login"),
        ("forgot", "/api/auth/password/forgot"),
        ("resend", "/api/auth/verify-email/resend"),
    ] {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for number in 1..=PAIRS {
            for (name, times) in [("known", &mut known), ("nobody", &mut unknown)] {
                let email = format!("{name}{number}@example.org");
                let body = if path == "/api/auth/login" {
                    json!({"email": email, "password": "not the password"})
                } else {
                    json!({"email": email})
                };
                times.push(caller.post(path).json(&body).await.took);
            }
        }
        known.sort_unstable();
        unknown.sort_unstable();
        let (known, unknown) = (at(&known, 50), at(&unknown, 50));
        let figure = format!(
            "known {}  unknown {}  difference {}",
            told(known),
            told(unknown),
            told(known.abs_diff(unknown))
        );
        report.tell(door, figure);
    }
}

/// Sign-ins a second beside what the cores could do, and what lists cost meanwhile.
pub(crate) async fn sign_in_storm(report: &mut Report) {
    let platform = platform().await;
    let alice = platform.register("alice").await;
    let caller = platform.anonymous().keeping_alive();
    let mut alone = Vec::new();
    for _ in 0..9 {
        alone.push(caller.login(&alice.email, PASSWORD).await.must_be(200).took);
    }
    alone.sort_unstable();
    let one = at(&alone, 50);
    let cores = std::thread::available_parallelism().unwrap().get();
    let most = u32::try_from(cores).map(f64::from).unwrap() / one.as_secs_f64();
    report.tell("one sign-in alone", told(one));
    report.tell("cores over one sign-in", format_args!("{most:.1}/s"));
    lists(report, "list, quiet", &platform, Duration::from_secs(5)).await;

    let (is_over, done) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU32::new(0)),
    );
    let mut storm = JoinSet::new();
    let begun = Instant::now();
    for _ in 0..16 {
        let (caller, email) = (platform.anonymous().keeping_alive(), alice.email.clone());
        let (is_over, done) = (Arc::clone(&is_over), Arc::clone(&done));
        storm.spawn(async move {
            while !is_over.load(Ordering::Relaxed) {
                let answer = caller.login(&email, PASSWORD).await;
                done.fetch_add(u32::from(answer.status == 200), Ordering::Relaxed);
            }
        });
    }
    tokio::time::sleep(Duration::from_secs(15)).await;
    let rate = f64::from(done.swap(0, Ordering::Relaxed)) / begun.elapsed().as_secs_f64();
    report.tell(
        "sign-ins by 16 clients, nothing else",
        format_args!("{rate:.1}/s"),
    );
    let begun = Instant::now();
    lists(
        report,
        "list, in the storm",
        &platform,
        Duration::from_secs(15),
    )
    .await;
    let rate = f64::from(done.load(Ordering::Relaxed)) / begun.elapsed().as_secs_f64();
    report.tell("sign-ins while lists are read", format_args!("{rate:.1}/s"));
    is_over.store(true, Ordering::Relaxed);
    storm.join_all().await;
}

/// A hundred lists a second, as long as that.
async fn lists(report: &mut Report, what: &str, platform: &Platform, time: Duration) {
    let caller: Caller = platform.anonymous().keeping_alive();
    let mut asked = JoinSet::new();
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    let begun = Instant::now();
    while begun.elapsed() < time {
        ticks.tick().await;
        let caller = caller.clone();
        asked.spawn(async move { caller.get("/api/scripts").await.must_be(200).took });
    }
    report.times(what, asked.join_all().await);
}
