//! Publishing, reading, changing and hiding scripts.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::harness::{Platform, sha256};

/// The example of the workspace.
fn word_frequency() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read_to_string(root.join("examples/word_frequency.lua")).expect("the example is there")
}

#[tokio::test]
async fn a_published_script_comes_back_byte_for_byte_to_anybody() {
    let platform = Platform::start().await;
    let (alice, content) = (platform.register("alice").await, word_frequency());
    let script = alice.publish("Word frequency", &content).await;
    let stranger = platform.anonymous();
    let detail = stranger.get(&script).await.must_be(200);
    assert_eq!(detail.at("/slug"), "word-frequency");
    assert_eq!(detail.at("/owner/username"), "alice");
    let hexadecimal = detail.at("/latest_version/sha256");

    for path in [
        format!("{script}/raw"),
        format!("{script}/versions/1/raw"),
        format!("{script}/versions/latest/raw"),
        format!("{script}/versions/{hexadecimal}/raw"),
    ] {
        let plain = stranger.get(&path).await.must_be(200);
        assert_eq!(plain.body, content.as_bytes(), "{path}");
        assert_eq!(plain.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(plain.header("x-content-type-options"), "nosniff");
        assert_eq!(
            plain.header("content-security-policy"),
            "default-src 'none'; sandbox"
        );
        assert_eq!(plain.header("repr-digest"), sha256(content.as_bytes()));
    }
    let pinned = stranger.get(&format!("{script}/versions/1/raw")).await;
    assert!(pinned.header("cache-control").contains("immutable"));
    let head = stranger.head(&format!("{script}/raw")).await.must_be(200);
    assert!(head.body.is_empty());
    assert_eq!(head.header("content-length"), content.len().to_string());
}

#[tokio::test]
async fn a_content_travels_compressed_or_plain_and_only_when_it_is_not_known() {
    let platform = Platform::start().await;
    let (alice, content) = (platform.register("alice").await, word_frequency());
    let path = format!("{}/raw", alice.publish("Word frequency", &content).await);
    let stranger = platform.anonymous();
    let packed = stranger
        .get(&path)
        .with("Accept-Encoding", "gzip")
        .await
        .must_be(200);
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(
        packed
            .header("vary")
            .to_lowercase()
            .contains("accept-encoding")
    );
    assert_eq!(packed.unpacked(), content.as_bytes());
    assert_eq!(packed.header("repr-digest"), sha256(&packed.body));
    assert!(packed.body.len() < content.len());

    let plain = stranger
        .get(&path)
        .with("Accept-Encoding", "identity")
        .await
        .must_be(200);
    assert_eq!(plain.header("content-encoding"), "");
    assert_ne!(plain.header("etag"), packed.header("etag"));
    for (coding, tag) in [
        ("gzip", packed.header("etag")),
        ("identity", plain.header("etag")),
    ] {
        let ask = || stranger.get(&path).with("Accept-Encoding", coding);
        let known = ask().with("If-None-Match", tag).await.must_be(304);
        assert_eq!((known.body.len(), known.header("etag")), (0, tag));
        ask()
            .with("If-None-Match", "\"another\"")
            .await
            .must_be(200);
    }
}

#[tokio::test]
async fn a_private_script_is_not_there_for_strangers_by_any_door() {
    let platform = Platform::start().await;
    let [alice, bob] = [
        platform.register("alice").await,
        platform.register("bob").await,
    ];
    let script = alice.publish("Secret plan", "print('secret')\n").await;
    let doors = [
        script.clone(),
        "/api/scripts/by/alice/secret-plan".to_owned(),
        format!("{script}/raw"),
        format!("{script}/versions"),
        format!("{script}/versions/1"),
        format!("{script}/versions/latest/raw"),
    ];
    for door in &doors {
        platform.anonymous().get(door).await.must_be(200);
    }
    alice
        .change(&script, &json!({"visibility": "private"}))
        .await
        .must_be(200);

    let never = "/api/scripts/00000000-0000-4000-8000-000000000000";
    let ask = |path: &str| {
        platform
            .anonymous()
            .get(path)
            .with("X-Request-Id", "the-same-for-all")
    };
    let unknown = ask(never).await.must_fail(404, "not_found");
    for door in &doors {
        let hidden = ask(door).await.must_fail(404, "not_found");
        assert_eq!(hidden.body, unknown.body, "{door}: as if it did not exist");
        bob.get(door).await.must_fail(404, "not_found");
        platform.anonymous().head(door).await.must_be(404);
        alice.get(door).await.must_be(200);
    }
    let own = alice.get(&format!("{script}/raw")).await;
    assert_eq!(own.header("cache-control"), "private, no-store");
    let version = json!({"content": "print('mine')\n"});
    let foreign = bob.post(&format!("{script}/versions")).json(&version).await;
    foreign.must_fail(404, "not_found");
}

#[tokio::test]
async fn of_two_editors_of_one_state_the_second_is_told() {
    let platform = Platform::start().await;
    let [alice, bob] = [
        platform.register("alice").await,
        platform.register("bob").await,
    ];
    let script = alice.publish("Shared", "print(1)\n").await;
    let tag = alice
        .get(&script)
        .await
        .must_be(200)
        .header("etag")
        .to_owned();
    let edit = |title: &str| {
        let patch = json!({"title": title});
        alice.patch(&script).with("If-Match", &tag).json(&patch)
    };
    let (one, two) = tokio::join!(async { edit("One").await }, async { edit("Two").await });
    let mut outcomes = [one.status, two.status];
    outcomes.sort_unstable();
    assert_eq!(outcomes, [200, 412]);
    let winner = if one.status == 200 { "One" } else { "Two" };
    assert_eq!(alice.get(&script).await.at("/title"), winner);
    edit("Three").await.must_fail(412, "precondition_failed");
    alice
        .patch(&script)
        .json(&json!({"title": "Four"}))
        .await
        .must_be(428);
    bob.change(&script, &json!({"title": "Mine"}))
        .await
        .must_fail(403, "not_yours");
}

#[tokio::test]
async fn versions_are_added_and_the_same_content_adds_none() {
    let platform = Platform::start().await;
    let alice = platform.register("alice").await;
    let script = alice.publish("Growing", "print(1)\n").await;
    let path = format!("{script}/versions");
    let add = |content: &str, label: &str| {
        alice
            .post(&path)
            .json(&json!({"content": content, "label": label}))
    };
    let second = add("print(2)\n", "2.0.0").await.must_be(201);
    assert_eq!(second.header("location"), format!("{path}/2"));
    let same = alice
        .post(&path)
        .json(&json!({"content": "print(2)\n"}))
        .await
        .must_be(200);
    assert_eq!(same.json()["number"], 2);
    add("print(3)\n", "2.0.0")
        .await
        .must_fail(409, "label_taken");
    add("print(3)\n", "3.0.0").await.must_be(201);

    let list = alice.get(&path).await.must_be(200).json();
    let items = list["items"].as_array().expect("a list has items");
    let numbers: Vec<_> = items
        .iter()
        .map(|version| version["number"].clone())
        .collect();
    assert_eq!(numbers, [3, 2, 1]);
    for (version, content) in [
        ("1", "print(1)\n"),
        ("2.0.0", "print(2)\n"),
        ("latest", "print(3)\n"),
    ] {
        let raw = platform
            .anonymous()
            .get(&format!("{path}/{version}/raw"))
            .await
            .must_be(200);
        assert_eq!(raw.text(), content, "{version}");
    }
    let hexadecimal = second.at("/sha256");
    let pairs = (0..hexadecimal.len())
        .step_by(2)
        .map(|at| &hexadecimal[at..at + 2]);
    let bytes: Result<Vec<_>, _> = pairs.map(|pair| u8::from_str_radix(pair, 16)).collect();
    let digest = STANDARD.encode(bytes.expect("it is hexadecimal"));
    assert_eq!(sha256(b"print(2)\n"), format!("sha-256=:{digest}:"));
}

#[tokio::test]
async fn a_deleted_script_is_gone_for_everybody_until_it_is_restored() {
    let platform = Platform::start().await;
    let [alice, bob] = [
        platform.register("alice").await,
        platform.register("bob").await,
    ];
    let script = alice.publish("Here today", "print(1)\n").await;
    bob.delete(&script).await.must_fail(403, "not_yours");
    alice.delete(&script).await.must_be(204);
    for path in [
        &*script,
        "/api/scripts/by/alice/here-today",
        &format!("{script}/raw"),
    ] {
        platform.anonymous().get(path).await.must_be(404);
        alice.get(path).await.must_be(404);
    }
    let list = platform.anonymous().get("/api/scripts").await.must_be(200);
    assert_eq!(list.json()["items"], json!([]));
    alice.delete(&script).await.must_be(404);
    bob.post(&format!("{script}/restore")).await.must_be(404);

    let restored = alice.post(&format!("{script}/restore")).await.must_be(200);
    assert_eq!(restored.at("/status"), "published");
    let raw = platform
        .anonymous()
        .get(&format!("{script}/raw"))
        .await
        .must_be(200);
    assert_eq!(raw.text(), "print(1)\n");
}
