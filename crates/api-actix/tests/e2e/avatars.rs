//! Pictures of people, in a real folder and a real bucket.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use test_support::services;
use tokio::task::JoinSet;

use crate::harness::{Answer, CuttableProxy, PATIENCE, Person, Platform, eventually};

/// Four pixels, as a GIF.
const GIF: &[u8] = b"GIF89a\x02\0\x02\0\x80\0\0\xff\0\0\0\0\xff!\xf9\x04\0\0\0\0\0,\0\0\0\0\x02\0\x02\0\0\x02\x03\x0c\x10\x05\0;";

/// The head of a PNG of 50,000² pixels, with a checksum that is right, and 30 kB of nothing.
fn bomb() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    let mut head = b"IHDR".to_vec();
    head.extend(50_000_u32.to_be_bytes());
    head.extend(50_000_u32.to_be_bytes());
    head.extend([8, 6, 0, 0, 0]);
    let mut crc = flate2::Crc::new();
    crc.update(&head);
    bytes.extend(head);
    bytes.extend(crc.sum().to_be_bytes());
    bytes.extend(b"\0\0\x75\x30IDAT");
    bytes.resize(30_000, 0);
    bytes
}

async fn upload(person: &Person, kind: &str, content: &[u8]) -> Answer {
    let asking = person.put("/api/users/me/avatar");
    asking.body(kind, content.to_vec()).await
}

/// The avatars that have files.
fn stored(platform: &Platform) -> BTreeSet<PathBuf> {
    let folder = folder(platform);
    let entries = fs::read_dir(folder).into_iter().flatten();
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    paths.filter(|path| has_files(path)).collect()
}

fn folder(platform: &Platform) -> PathBuf {
    platform.scratch().path().join("storage").join("avatars")
}

fn has_files(path: &Path) -> bool {
    fs::read_dir(path).is_ok_and(|mut files| files.next().is_some())
}

/// How much memory a process has, in bytes.
fn memory(platform: &Platform) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", platform.server.id()));
    let status = status.expect("the process is there");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|rest| rest.trim().strip_suffix(" kB"));
    kib.and_then(|kib| kib.parse::<u64>().ok())
        .expect("the kernel tells")
        * 1024
}

#[tokio::test]
async fn a_picture_is_uploaded_shown_replaced_and_removed() {
    let platform = Platform::start().await;
    let alice = platform.register("alice").await;
    let first = upload(&alice, "image/gif", GIF).await.must_be(200);
    let address = first.at("/avatar_url");
    let picture = platform.anonymous().get(&address).await.must_be(200);
    assert_eq!(picture.header("content-type"), "image/webp");
    assert!(picture.body.starts_with(b"RIFF"));
    let profile = platform.anonymous().get("/api/users/alice").await;
    assert_eq!(profile.at("/avatar_url"), address);
    assert_eq!(stored(&platform).len(), 1);

    let second = upload(&alice, "image/gif", GIF).await.must_be(200);
    assert_ne!(
        second.at("/avatar_url"),
        address,
        "another one has another address"
    );
    platform.anonymous().get(&address).await.must_be(404);
    assert_eq!(stored(&platform).len(), 1, "the old one is gone");

    alice.delete("/api/users/me/avatar").await.must_be(204);
    assert!(stored(&platform).is_empty());
    let me = alice.get("/api/users/me").await.must_be(200);
    assert!(me.json()["avatar_url"].is_null());
    let written = "SELECT count(*) FROM audit_logs WHERE action LIKE 'account.%_avatar'";
    assert_eq!(platform.count(written).await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_parallel_uploads_one_stays_and_the_others_leave_nothing() {
    let platform = Platform::plan().without_limits().start().await;
    let alice = platform.register("alice").await;
    let mut uploads = JoinSet::new();
    for _ in 0..8 {
        let alice = alice.clone();
        uploads.spawn(async move { upload(&alice, "image/gif", GIF).await.status });
    }
    for status in uploads.join_all().await {
        assert!([200, 503].contains(&status), "{status}");
    }
    let me = alice.get("/api/users/me").await.must_be(200);
    let address = me.at("/avatar_url");
    platform.anonymous().get(&address).await.must_be(200);
    eventually("the others are gone", PATIENCE, async || {
        stored(&platform).len() == 1
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_bombs_at_once_are_refused_and_take_no_memory() {
    let platform = Platform::plan().without_limits().start().await;
    let alice = platform.register("alice").await;
    upload(&alice, "image/gif", GIF).await.must_be(200);
    let before = memory(&platform);
    let mut uploads = JoinSet::new();
    for _ in 0..10 {
        let alice = alice.clone();
        uploads.spawn(async move { upload(&alice, "image/png", &bomb()).await });
    }
    for answer in uploads.join_all().await {
        assert_eq!(
            answer.must_fail(422, "validation_failed").json()["errors"][0]["code"],
            "too_long"
        );
    }
    let grown = memory(&platform).saturating_sub(before);
    assert!(grown < 64 * 1024 * 1024, "{grown} bytes more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_in_the_middle_leaves_no_account_without_its_picture() {
    let mut platform = Platform::plan().without_limits().start().await;
    let alice = platform.register("alice").await;
    for _ in 0..10 {
        let client = alice.clone();
        let uploading = tokio::spawn(async move {
            loop {
                let asking = client.put("/api/users/me/avatar");
                let answer = asking.body("image/gif", GIF.to_vec()).attempt().await;
                if answer.is_err() {
                    return;
                }
            }
        });
        let seen = stored(&platform);
        eventually(
            "an upload has got as far as the store",
            PATIENCE,
            async || stored(&platform) != seen,
        )
        .await;
        platform.server.kill();
        uploading.await.expect("the client ends");
        platform.server.start_again().await;
        let there = alice.at(&platform.server.place());
        let me = there.get("/api/users/me").await.must_be(200);
        if let Some(address) = me.json()["avatar_url"].as_str() {
            there.get(address).await.must_be(200);
            let small = address.replace("256", "64");
            there.get(&small).await.must_be(200);
        }
    }
}

#[tokio::test]
async fn what_an_upload_left_behind_is_cleared_away_and_what_is_used_stays() {
    let mut platform = Platform::start().await;
    let alice = platform.register("alice").await;
    let address = upload(&alice, "image/gif", GIF).await.at("/avatar_url");
    let left = folder(&platform).join("00000000-0000-4000-8000-000000000001");
    let young = folder(&platform).join("00000000-0000-4000-8000-000000000002");
    for orphan in [&left, &young] {
        fs::create_dir_all(orphan).expect("the folder can be written");
        fs::write(orphan.join("256.webp"), b"x").expect("a file can be written");
    }
    let long_ago = std::time::SystemTime::UNIX_EPOCH + Duration::from_hours(24);
    for path in stored(&platform).iter().filter(|path| **path != young) {
        for file in fs::read_dir(path).expect("it is there").flatten() {
            let file = fs::File::options().append(true).open(file.path());
            let file = file.expect("a file can be opened");
            file.set_modified(long_ago).expect("times can be set");
        }
    }
    // The first look is at the start.
    platform.server.kill();
    platform.server.start_again().await;
    eventually("it is cleared away", PATIENCE, async || !has_files(&left)).await;
    assert!(has_files(&young), "an upload may be on its way");
    platform.anonymous().get(&address).await.must_be(200);
}

/// A platform whose objects are in a bucket, and the wire to it.
async fn with_a_bucket() -> (Platform, CuttableProxy) {
    let store = services::object_store();
    let endpoint = store.url.split(['=', '&']).nth(1);
    let wire = CuttableProxy::before(endpoint.expect("the store has an endpoint"), 80).await;
    let (own, endpoint) = (services::unique_suffix(), wire.url().trim_end_matches('/'));
    let url = format!("s3://tests/{own}?endpoint={endpoint}&region=us-east-1");
    let plan = Platform::plan()
        .setting("STORAGE_URL", &url)
        .setting("STORAGE_ACCESS_KEY", &store.access_key)
        .setting("STORAGE_SECRET_KEY", &store.secret_key);
    (plan.start().await, wire)
}

#[tokio::test]
async fn pictures_are_kept_in_a_bucket_as_in_a_folder() {
    let (platform, _wire) = with_a_bucket().await;
    let alice = platform.register("alice").await;
    let first = upload(&alice, "image/gif", GIF).await.must_be(200);
    let address = first.at("/avatar_url");
    let picture = platform.anonymous().get(&address).await.must_be(200);
    assert!(picture.body.starts_with(b"RIFF"));
    upload(&alice, "image/gif", GIF).await.must_be(200);
    platform.anonymous().get(&address).await.must_be(404);
}

#[tokio::test]
async fn a_bucket_that_is_away_costs_pictures_and_nothing_else() {
    let (platform, wire) = with_a_bucket().await;
    let alice = platform.register("alice").await;
    let kept = upload(&alice, "image/gif", GIF).await.must_be(200);
    let address = kept.at("/avatar_url");
    wire.cut();
    let refused = upload(&alice, "image/gif", GIF).await;
    refused.must_fail(503, "unavailable");
    let refused = platform.anonymous().get(&address).await;
    refused.must_fail(503, "unavailable");
    platform.becomes("degraded", PATIENCE).await;
    let me = alice.get("/api/users/me").await.must_be(200);
    assert_eq!(me.at("/avatar_url"), address, "the old one stays");
    wire.pass();
    platform.becomes("ready", PATIENCE).await;
    platform.anonymous().get(&address).await.must_be(200);
}
