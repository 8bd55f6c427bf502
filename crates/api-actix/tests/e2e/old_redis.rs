//! A Redis that comes back with what it knew some time ago, or with nothing.

use redis::aio::MultiplexedConnection;
use serde_json::json;

use crate::harness::{PATIENCE, Person, Place, Platform, eventually};

/// What Redis knows under some names, as a snapshot holds it.
struct Snapshot {
    redis: MultiplexedConnection,
    entries: Vec<(String, Vec<u8>)>,
}

impl Snapshot {
    /// Of everything that is kept of these people and of their sessions.
    async fn of(people: &[&Person]) -> Self {
        let client = redis::Client::open(test_support::redis_url()).expect("it is a URL");
        let redis = client.get_multiplexed_async_connection().await;
        let mut redis = redis.expect("Redis answers");
        let mut entries = Vec::new();
        for person in people {
            let sessions = person.get("/api/auth/sessions").await.must_be(200);
            let sessions = sessions.json()["items"].clone();
            let ids = sessions.as_array().expect("it is a list").iter();
            let session = |session: &serde_json::Value| {
                format!("session:{}*", session["id"].as_str().expect("an id"))
            };
            let mut patterns: Vec<_> = ids.map(session).collect();
            patterns.push(format!("user:{}:*", person.id));
            for pattern in patterns {
                let names: Vec<String> = ask(&mut redis, &["KEYS", &pattern]).await;
                for name in names {
                    let value: Option<Vec<u8>> = ask(&mut redis, &["DUMP", &name]).await;
                    entries.extend(value.map(|value| (name, value)));
                }
            }
        }
        assert!(
            entries.len() >= 2 * people.len(),
            "little is kept: {}",
            entries.len()
        );
        Self { redis, entries }
    }

    async fn comes_back(&mut self) {
        for (name, value) in &self.entries {
            let mut restore = redis::cmd("RESTORE");
            let restore = restore
                .arg(name)
                .arg(0)
                .arg(value.as_slice())
                .arg("REPLACE");
            let restored: String = restore
                .query_async(&mut self.redis)
                .await
                .expect("Redis answers");
            assert_eq!(restored, "OK");
        }
    }

    async fn is_lost(&mut self) {
        for (name, _) in &self.entries {
            let _: i64 = ask(&mut self.redis, &["DEL", name]).await;
        }
    }
}

async fn ask<T: redis::FromRedisValue>(redis: &mut MultiplexedConnection, words: &[&str]) -> T {
    let mut command = redis::cmd(words[0]);
    for word in &words[1..] {
        command.arg(word);
    }
    command.query_async(redis).await.expect("Redis answers")
}

async fn answers(person: &Person, places: &[Place], path: &str, status: u16) {
    for place in places {
        person.at(place).get(path).await.must_be(status);
    }
}

async fn comes_to_answer(person: &Person, places: &[Place], path: &str, status: u16) {
    for place in places {
        let there = person.at(place);
        let what = format!("{path} answers {status}");
        eventually(&what, PATIENCE, async || {
            there.get(path).await.status == status
        })
        .await;
    }
}

const STAFF_ONLY: &str = "/api/admin/users?limit=1";
const OWN: &str = "/api/users/me";

/// Three nodes, somebody who administers, somebody who moderates, and somebody else.
async fn a_platform() -> (Platform, Vec<Place>, [Person; 3]) {
    let mut platform = Platform::plan().without_limits().start().await;
    let mut places = vec![platform.server.place()];
    places.push(platform.another_node().await);
    places.push(platform.another_node().await);
    let mut people = Vec::new();
    for (name, role) in [
        ("chief", "admin"),
        ("grace", "moderator"),
        ("alice", "user"),
    ] {
        let person = platform.register(name).await;
        platform.admin(&[
            "set-roles",
            "--user",
            name,
            "--roles",
            &format!("user,{role}"),
        ]);
        people.push(person);
    }
    let people = people.try_into().expect("there are three");
    (platform, places, people)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_comes_back_with_old_data_revives_nothing_on_any_node() {
    let (mut platform, mut places, [root, grace, alice]) = a_platform().await;
    comes_to_answer(&root, &places, STAFF_ONLY, 200).await;
    comes_to_answer(&grace, &places, STAFF_ONLY, 200).await;
    answers(&alice, &places, OWN, 200).await;
    let mut snapshot = Snapshot::of(&[&grace, &alice]).await;

    alice.post("/api/auth/logout").await.must_be(204);
    let roles = format!("/api/admin/users/{}/roles", grace.id);
    let body = json!({"roles": ["user"]});
    root.put(&roles).json(&body).await.must_be(204);
    comes_to_answer(&alice, &places, OWN, 401).await;
    comes_to_answer(&grace, &places, STAFF_ONLY, 403).await;

    snapshot.comes_back().await;
    // Also a node that knows nothing but what it reads.
    places.push(platform.another_node().await);
    for _ in 0..3 {
        answers(&alice, &places, OWN, 401).await;
        answers(&grace, &places, STAFF_ONLY, 403).await;
        snapshot.comes_back().await;
    }
    let refused = alice.refresh(&alice.refresh).await;
    refused.must_fail(401, "refresh_token_invalid");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_has_lost_everything_costs_nobody_anything_and_revives_nothing() {
    let (_platform, places, [root, grace, alice]) = a_platform().await;
    comes_to_answer(&root, &places, STAFF_ONLY, 200).await;
    comes_to_answer(&grace, &places, STAFF_ONLY, 200).await;
    answers(&alice, &places, OWN, 200).await;
    let mut snapshot = Snapshot::of(&[&grace, &alice]).await;
    alice.post("/api/auth/logout").await.must_be(204);
    comes_to_answer(&alice, &places, OWN, 401).await;
    snapshot.is_lost().await;
    answers(&alice, &places, OWN, 401).await;
    answers(&grace, &places, STAFF_ONLY, 200).await;
    let grace = grace.refreshed().await;
    answers(&grace, &places, STAFF_ONLY, 200).await;
}
