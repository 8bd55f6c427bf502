//! The process: how it starts, what it tells, and how it ends.

use std::fs;
use std::process::Output;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio::net::TcpStream;

use crate::harness::{
    PATIENCE, Person, Platform, Scratch, Settings, Wire, a_script, eventually, within,
};

/// As `SHUTDOWN_GRACE`: long enough for the tests, and a quarter of it is the time in which the node drains.
const GRACE: Duration = Duration::from_secs(8);

async fn a_server_that_stops() -> (Platform, Person) {
    let platform = Platform::plan()
        .setting("SHUTDOWN_GRACE", "8s")
        .start()
        .await;
    let alice = platform.register("alice").await;
    (platform, alice)
}

/// A request whose second half is not sent yet, but whose first half the server has.
async fn a_request_in_flight(platform: &Platform, person: &Person) -> Wire {
    let body = a_script("In flight", &"print('in flight')\n".repeat(50));
    let mut wire = Wire::posting(
        &platform.server.place(),
        "/api/scripts",
        &person.access,
        &body,
    )
    .await;
    wire.send_half().await;
    eventually("the request is in flight", PATIENCE, async || {
        let page = platform.server.operator().get("/metrics").await.text();
        page.lines().any(|line| line == "http_requests_in_flight 1")
    })
    .await;
    wire
}

#[tokio::test]
async fn told_to_end_it_drains_finishes_what_is_in_flight_and_ends_well() {
    let (mut platform, alice) = a_server_that_stops().await;
    let mut wire = a_request_in_flight(&platform, &alice).await;
    let idle = TcpStream::connect(platform.server.place().address())
        .await
        .expect("it listens");
    let begun = Instant::now();
    platform.server.signal(Signal::TERM);
    platform.becomes("draining", GRACE / 4).await;
    assert_eq!(platform.readiness().await.0, 503);
    let answer = alice.get("/api/users/me").await.must_be(200);
    assert_eq!(
        answer.header("connection"),
        "close",
        "go elsewhere next time"
    );

    let address = platform.server.place();
    eventually("nobody new is let in", GRACE, async || {
        TcpStream::connect(address.address()).await.is_err()
    })
    .await;
    wire.send_rest().await;
    let answer = within("the answer comes", GRACE, wire.read_to_end())
        .await
        .to_lowercase();
    assert!(answer.starts_with("http/1.1 201 "), "{answer}");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    let status = platform.server.ends_within(GRACE).await;
    assert!(status.success(), "{status}");
    assert!(begun.elapsed() < GRACE, "{:?}", begun.elapsed());
    assert_eq!(platform.count("SELECT count(*) FROM scripts").await, 1);
    drop(idle);
}

#[tokio::test]
async fn idle_connections_keep_nobody_from_ending() {
    let (mut platform, _alice) = a_server_that_stops().await;
    let mut idle = Vec::new();
    for _ in 0..20 {
        let place = platform.server.place();
        idle.push(
            TcpStream::connect(place.address())
                .await
                .expect("it listens"),
        );
    }
    platform.server.signal(Signal::TERM);
    let status = platform.server.ends_within(GRACE / 2).await;
    assert!(status.success(), "{status}");
}

#[tokio::test]
async fn told_twice_it_waits_for_nothing() {
    let (mut platform, alice) = a_server_that_stops().await;
    let wire = a_request_in_flight(&platform, &alice).await;
    platform.server.signal(Signal::TERM);
    platform.becomes("draining", GRACE / 4).await;
    platform.server.signal(Signal::TERM);
    platform.server.ends_within(Duration::from_secs(2)).await;
    drop(wire);
    assert_eq!(platform.count("SELECT count(*) FROM scripts").await, 0);
}

#[tokio::test]
async fn interrupted_it_ends_without_draining() {
    let (mut platform, _alice) = a_server_that_stops().await;
    platform.server.signal(Signal::INT);
    let status = platform
        .server
        .ends_within(Duration::from_millis(1500))
        .await;
    assert!(status.success(), "{status}");
}

/// What a command of the program says under these settings.
fn run(settings: &Settings, arguments: &[&str]) -> (Output, String, String) {
    let output = settings.command().args(arguments).output();
    let output = output.expect("the program can be started");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("it speaks UTF-8");
    let (said, complaint) = (text(&output.stdout), text(&output.stderr));
    (output, said, complaint)
}

#[tokio::test]
async fn a_setting_that_is_wrong_stops_the_start_with_one_line_that_names_it() {
    let platform = Platform::start().await;
    let folder = Scratch::new();
    let file = folder.path().join("scripthub.toml");
    fs::write(&file, "BIND_ADR = \"127.0.0.1:1\"\n").expect("a file can be written");
    let file = file.display().to_string();
    let wrong = |name: &str, value: &str| {
        let mut settings = platform.settings().clone();
        settings.set(name, value);
        settings
    };
    for (settings, name) in [
        (wrong("RATE_LIMIT_AUHT", "5/15m"), "RATE_LIMIT_AUHT"),
        (wrong("RATE_LIMIT_AUTH", "five"), "RATE_LIMIT_AUTH"),
        (wrong("BCRYPT_COST", "99"), "BCRYPT_COST"),
        (
            wrong("DATABASE_URL", "mysql://secret@db/app"),
            "DATABASE_URL",
        ),
        (wrong("TRUSTED_PROXIES", "everybody"), "TRUSTED_PROXIES"),
        (wrong("LOG_LEVEL", "loud"), "LOG_LEVEL"),
    ] {
        for arguments in [["serve", "--role=all"].as_slice(), &["check-config"]] {
            let (output, _, complaint) = run(&settings, arguments);
            assert_eq!(output.status.code(), Some(1), "{name}: {complaint}");
            let last: Vec<_> = complaint
                .lines()
                .filter(|line| line.contains(name))
                .collect();
            assert_eq!(last.len(), 1, "{name}: {complaint}");
            assert!(!complaint.contains("secret@"), "{complaint}");
        }
    }
    let (output, _, complaint) = run(platform.settings(), &["--config", &file, "check-config"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    assert!(complaint.contains("BIND_ADR"), "{complaint}");
    let mut alone = wrong("NODES", "2");
    alone.remove("REDIS_URL");
    let (output, _, complaint) = run(&alone, &["check-config"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint.contains("REDIS_URL"), "{complaint}");
}

#[tokio::test]
async fn what_is_in_force_is_told_without_its_secrets() {
    let platform = Platform::start().await;
    let mut settings = platform.settings().clone();
    settings.set("MAIL_URL", "smtp://mailer:mail-password@mail.test:587");
    let (output, said, complaint) = run(&settings, &["check-config"]);
    assert!(output.status.success(), "{complaint}");
    for line in [
        "BCRYPT_COST=4",
        "SECRET_KEY=***",
        "RATE_LIMIT_AUTH=5/15m",
        "PUBLIC_BASE_URL=http://scripthub.test",
    ] {
        assert!(
            said.lines().any(|said| said == line),
            "{line} is not in {said}"
        );
    }
    let password_of = |name: &str| {
        let url = url::Url::parse(platform.settings().get(name)?).ok()?;
        url.password().map(ToOwned::to_owned)
    };
    let key = platform
        .settings()
        .get("SECRET_KEY_FILE")
        .map(fs::read_to_string);
    let key = key.expect("there is a key").expect("it can be read");
    let secrets = [
        Some("mail-password".to_owned()),
        Some(key.trim().to_owned()),
    ];
    let secrets = secrets
        .into_iter()
        .chain(["DATABASE_URL", "REDIS_URL"].map(password_of));
    for secret in secrets.flatten() {
        assert!(!said.contains(&secret), "a secret is told: {said}");
    }
}

#[tokio::test]
async fn metrics_are_read_at_a_port_of_their_own() {
    let platform = Platform::start().await;
    let alice = platform.register("alice").await;
    alice.publish("Measured", "print(1)\n").await;
    platform
        .anonymous()
        .login(&alice.email, "not the password")
        .await
        .must_be(401);
    let page = platform
        .server
        .operator()
        .get("/metrics")
        .await
        .must_be(200)
        .text();
    for metric in [
        "http_request_seconds_bucket{route=\"/api/scripts\",method=\"POST\",status=\"201\"",
        "db_query_seconds",
        "db_pool_connections",
        "registrations_total 1",
        "failed_logins_total 1",
        "uploads_total{kind=\"script\"} 1",
    ] {
        assert!(page.contains(metric), "{metric} is not in {page}");
    }
    assert!(!page.contains("alice"), "nobody is named: {page}");
    platform
        .direct()
        .get("/metrics")
        .await
        .must_fail(404, "not_found");
}

#[tokio::test]
async fn a_worker_sends_the_mails_that_servers_only_order() {
    let mut platform = Platform::plan().role("api").start().await;
    let alice = platform.newcomer("alice").await;
    let waiting = "SELECT count(*) FROM jobs WHERE done_at IS NULL AND lease_token IS NULL";
    assert_eq!(platform.count(waiting).await, 1);
    assert!(platform.mails().to(&alice.email).is_empty());

    let worker = platform.another("worker").await;
    let door = TcpStream::connect(worker.place().address().to_owned()).await;
    assert!(door.is_err(), "a worker takes no requests");
    worker.operator().get("/health/live").await.must_be(200);
    let token = platform.mails().nth_token(&alice.email, 0).await;
    alice.verify(&token).await.must_be(200);
}
