//! Lists while they change, and requests that are repeated.

use std::collections::HashSet;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Answer, Caller, Person, Platform, a_script, tampered};

/// How many scripts are there before anybody looks.
const THERE: usize = 43;
/// Every so manyth of them is deleted while somebody looks.
const DOOMED: usize = 6;

/// The ids on a page, and where the page after and before it are.
struct Page {
    ids: Vec<String>,
    next: Option<String>,
    previous: Option<String>,
}

async fn page(reader: &Caller, cursor: Option<&str>) -> Page {
    let cursor = cursor
        .map(|cursor| format!("&cursor={cursor}"))
        .unwrap_or_default();
    let answer = reader
        .get(&format!("/api/scripts?limit=5{cursor}"))
        .await
        .must_be(200);
    let view = answer.json();
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
    let items = view["items"].as_array().expect("a list has items");
    Page {
        ids: items.iter().filter_map(|item| text(&item["id"])).collect(),
        next: text(&view["next_cursor"]),
        previous: text(&view["prev_cursor"]),
    }
}

fn id(script: &str) -> String {
    script.trim_start_matches("/api/scripts/").to_owned()
}

/// Publishes two, and deletes one of those that were there before.
async fn change(owner: &Person, round: usize, doomed: &mut Vec<String>) {
    for number in 0..2 {
        let title = format!("New {round} {number}");
        owner.publish(&title, "print('new')\n").await;
    }
    if let Some(script) = doomed.pop() {
        owner.delete(&script).await.must_be(204);
    }
}

#[tokio::test]
async fn whoever_pages_through_a_changing_list_sees_everything_that_stays_exactly_once() {
    let platform = Platform::plan().without_limits().start().await;
    let alice = platform.register("alice").await;
    let (mut staying, mut doomed) = (HashSet::new(), Vec::new());
    for number in 0..THERE {
        let script = alice
            .publish(&format!("Script {number}"), "print(1)\n")
            .await;
        if number % DOOMED == 0 {
            doomed.push(script);
        } else {
            staying.insert(id(&script));
        }
    }
    let (reader, mut seen, mut round) = (platform.anonymous(), Vec::new(), 0);
    let mut at = page(&reader, None).await;
    loop {
        seen.extend(at.ids.clone());
        change(&alice, round, &mut doomed).await;
        round += 1;
        let Some(next) = &at.next else { break };
        let following = page(&reader, Some(next)).await;
        // What was announced was deleted meanwhile.
        if following.ids.is_empty() {
            break;
        }
        at = following;
    }
    let once: HashSet<_> = seen.iter().cloned().collect();
    assert_eq!(once.len(), seen.len(), "nothing was shown twice");
    assert!(staying.is_subset(&once), "nothing that stayed was left out");

    // And back again: everything before the last page, once.
    let last: HashSet<_> = at.ids.into_iter().collect();
    let mut back = Vec::new();
    while let Some(previous) = at.previous {
        at = page(&reader, Some(&previous)).await;
        change(&alice, round, &mut doomed).await;
        round += 1;
        back.extend(at.ids.clone());
        assert!(round < 100, "the way back ends");
    }
    let once: HashSet<_> = back.iter().cloned().collect();
    assert_eq!(once.len(), back.len(), "nothing was shown twice");
    let before: HashSet<_> = staying.difference(&last).cloned().collect();
    assert!(before.is_subset(&once), "nothing that stayed was left out");
}

#[tokio::test]
async fn a_page_whose_rows_were_deleted_still_leads_back() {
    let platform = Platform::start().await;
    let alice = platform.register("alice").await;
    let last = alice.publish("Last", "print(1)\n").await;
    for number in 0..5 {
        alice
            .publish(&format!("Script {number}"), "print(1)\n")
            .await;
    }
    let reader = platform.anonymous();
    let first = page(&reader, None).await;
    alice.delete(&last).await.must_be(204);
    let empty = page(&reader, first.next.as_deref()).await;
    assert!(empty.ids.is_empty());
    let back = empty.previous.expect("there are rows before it");
    assert_eq!(page(&reader, Some(&back)).await.ids, first.ids);
}

#[tokio::test]
async fn a_list_shows_and_counts_what_its_reader_may_see() {
    let platform = Platform::start().await;
    let [alice, bob] = [
        platform.register("alice").await,
        platform.register("bob").await,
    ];
    for (title, visibility) in [
        ("Open", "public"),
        ("By link", "unlisted"),
        ("Mine", "private"),
        ("Unfinished", "draft"),
    ] {
        let script = alice.publish(title, "print(1)\n").await;
        let patch = json!({"visibility": visibility});
        alice.change(&script, &patch).await.must_be(200);
        let expected = if matches!(visibility, "public" | "unlisted") {
            200
        } else {
            404
        };
        bob.get(&script).await.must_be(expected);
    }
    for list in [
        "/api/scripts",
        "/api/scripts?author=alice",
        "/api/users/alice/scripts",
    ] {
        for reader in [&platform.anonymous(), &*bob] {
            assert_eq!(titles(&reader.get(list).await), ["Open"], "{list}");
        }
    }
    let profile = bob.get("/api/users/alice").await.must_be(200);
    assert_eq!(profile.json()["public_scripts"], 1);
    let own = alice.get("/api/users/alice/scripts").await;
    assert_eq!(titles(&own), ["Unfinished", "Mine", "By link", "Open"]);
}

/// The titles on a page.
fn titles(page: &Answer) -> Vec<String> {
    let page = page.clone().must_be(200).json();
    let items = page["items"].as_array().expect("a list has items");
    let titles = items.iter().filter_map(|item| item["title"].as_str());
    titles.map(ToOwned::to_owned).collect()
}

#[tokio::test]
async fn a_cursor_opens_its_own_list_only() {
    let platform = Platform::start().await;
    let alice = platform.register("alice").await;
    for number in 0..3 {
        alice
            .publish(&format!("Script {number}"), "print(1)\n")
            .await;
    }
    let reader = platform.anonymous();
    let first = reader.get("/api/scripts?limit=2").await.must_be(200);
    assert!(first.header("link").contains("rel=\"next\""));
    let cursor = first.at("/next_cursor");
    reader
        .get(&format!("/api/scripts?limit=1&cursor={cursor}"))
        .await
        .must_be(200);
    let forged = tampered(&cursor);
    for path in [
        format!("/api/scripts?sort=updated&cursor={cursor}"),
        format!("/api/scripts?language=lua&cursor={cursor}"),
        format!("/api/users/alice/scripts?cursor={cursor}"),
        format!("/api/scripts?cursor={forged}"),
        "/api/scripts?cursor=nonsense".to_owned(),
    ] {
        reader.get(&path).await.must_fail(400, "invalid_cursor");
    }
}

/// Publishes under a key.
async fn keyed(person: &Person, key: &str, title: &str) -> Answer {
    let body = a_script(title, "print('once')\n");
    person
        .post("/api/scripts")
        .with("Idempotency-Key", key)
        .json(&body)
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_repetitions_at_once_over_two_nodes_have_one_effect() {
    let mut platform = Platform::start().await;
    let other = platform.another_node().await;
    let alice = platform.register("alice").await;
    let mut tries = JoinSet::new();
    for number in 0..20 {
        let alice = if number % 2 == 0 {
            alice.clone()
        } else {
            alice.at(&other)
        };
        tries.spawn(async move { keyed(&alice, "one-and-only", "Once").await });
    }
    let answers = tries.join_all().await;
    assert_eq!(platform.count("SELECT count(*) FROM scripts").await, 1);
    assert_eq!(
        platform.count("SELECT count(*) FROM script_versions").await,
        1
    );
    let created = "SELECT count(*) FROM audit_logs WHERE action = 'script.create'";
    assert_eq!(platform.count(created).await, 1);

    let (made, others): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status == 201);
    for answer in others {
        answer.must_fail(409, "request_in_progress").retry_after();
    }
    let first_hand = |answer: &&Answer| answer.header("idempotency-replayed").is_empty();
    assert_eq!(made.iter().filter(first_hand).count(), 1);
    let bodies: HashSet<_> = made.iter().map(|answer| answer.body.clone()).collect();
    assert_eq!(bodies.len(), 1);
}

#[tokio::test]
async fn a_repetition_is_answered_as_before_and_says_so_and_a_key_belongs_to_one_request_of_one_person()
 {
    let platform = Platform::start().await;
    let [alice, bob] = [
        platform.register("alice").await,
        platform.register("bob").await,
    ];
    let first = keyed(&alice, "my-key-0001", "Once").await.must_be(201);
    assert_eq!(first.header("idempotency-replayed"), "");
    let again = keyed(&alice, "my-key-0001", "Once").await.must_be(201);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.body, first.body);
    for header in ["location", "etag", "content-type"] {
        assert_eq!(again.header(header), first.header(header), "{header}");
    }
    keyed(&alice, "my-key-0001", "Other")
        .await
        .must_fail(422, "idempotency_key_reused");
    assert_eq!(platform.count("SELECT count(*) FROM scripts").await, 1);

    let bobs = keyed(&bob, "my-key-0001", "Once").await.must_be(201);
    assert_eq!(bobs.header("idempotency-replayed"), "");
    assert_eq!(bobs.at("/owner/username"), "bob");
}

#[tokio::test]
async fn a_key_whose_request_failed_may_be_used_again() {
    let platform = Platform::start().await;
    let alice = platform.register("alice").await;
    keyed(&alice, "my-key-0001", "")
        .await
        .must_fail(422, "validation_failed");
    keyed(&alice, "my-key-0001", "Once").await.must_be(201);
}
