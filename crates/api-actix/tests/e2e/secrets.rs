//! What must never be written down.

use std::fs;

use redis::aio::MultiplexedConnection;
use serde_json::json;

use crate::harness::{PASSWORD, Person, Platform};

/// Everything that was handed out to people, and what everything is derived from.
struct Secrets(Vec<(&'static str, String)>);

impl Secrets {
    /// A life: joining, confirming, signing in, refreshing, guessing wrong, losing a session to a thief.
    async fn of_a_life(platform: &Platform) -> Self {
        let mut secrets = Vec::new();
        let mut note = |person: &Person| {
            secrets.push(("an access token", person.access.clone()));
            let signature = person.access.rsplit('.').next().unwrap_or_default();
            secrets.push(("the signature of an access token", signature.to_owned()));
            secrets.push(("a refresh token", person.refresh.clone()));
        };
        let alice = platform.register("alice").await;
        alice.publish("Harmless", "print(1)\n").await;
        let (second, third) = (alice.sign_in().await, alice.refreshed().await);
        let fourth = third.refreshed().await;
        platform
            .anonymous()
            .refresh(&alice.refresh)
            .await
            .must_be(401);
        platform
            .anonymous()
            .login(&alice.email, "a wrong password 123")
            .await
            .must_be(401);
        platform
            .anonymous()
            .refresh("shr_forgedforgedforged")
            .await
            .must_be(401);
        let wanted = json!({"name": "CI", "scopes": ["scripts:read"]});
        let made = second.post("/api/users/me/api-keys").json(&wanted).await;
        let api_key = made.must_be(201).at("/key");
        let bearing = second.bearing(&api_key);
        bearing.get("/api/scripts").await.must_be(200);
        second.post("/api/auth/logout").await.must_be(204);
        platform.mails().nth(&alice.email, 2).await;
        for person in [&alice, &second, &third, &fourth] {
            note(person);
        }
        secrets.push(("an API key", api_key));
        let confirmation = platform.mails().nth_token(&alice.email, 0).await;
        secrets.push(("a one-time token", confirmation));
        secrets.push(("a password", PASSWORD.to_owned()));
        secrets.push(("a wrong password", "a wrong password 123".to_owned()));
        secrets.push(("a forged token", "shr_forgedforgedforged".to_owned()));
        let key = platform
            .settings()
            .get("SECRET_KEY_FILE")
            .map(fs::read_to_string);
        let key = key.expect("there is a key").expect("it can be read");
        secrets.push(("the key of everything", key.trim().to_owned()));
        Self(secrets)
    }

    #[track_caller]
    fn are_not_in(&self, place: &str, text: &str) {
        for (name, secret) in &self.0 {
            assert!(secret.len() >= 8, "{name} is too short to be looked for");
            if let Some(line) = text.lines().find(|line| line.contains(secret.as_str())) {
                panic!("{name} is in {place}: {line}");
            }
        }
    }
}

#[tokio::test]
async fn no_log_holds_a_secret_or_an_address_however_much_it_tells() {
    for level in ["info", "debug", "verbose"] {
        let platform = Platform::plan().setting("LOG_LEVEL", level).start().await;
        let secrets = Secrets::of_a_life(&platform).await;
        let log = platform.server.log();
        assert!(log.contains("/api/auth/login"), "the log tells of requests");
        secrets.are_not_in(&format!("the log at {level}"), &log);
        let hash = log.lines().find(|line| line.contains("$2b$"));
        assert_eq!(hash, None, "no hash of a password");
        let person = log.lines().find(|line| line.contains("alice@example.org"));
        assert_eq!(person, None, "no address of a person at {level}");
        for line in log.lines() {
            let parsed: Result<serde_json::Value, _> = serde_json::from_str(line);
            assert!(parsed.is_ok(), "every line is JSON: {line}");
        }
    }
}

/// Every row of every table, as text.
async fn rows(platform: &Platform) -> String {
    let tables =
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'public'";
    let tables = platform
        .database()
        .query(tables, &[])
        .await
        .expect("tables can be listed");
    let mut dump = String::new();
    for table in tables {
        let table: String = table.get(0);
        let rows = format!("SELECT t::text FROM {table} t");
        for row in platform
            .database()
            .query(&rows, &[])
            .await
            .expect("a table can be read")
        {
            dump.push_str(row.get(0));
            dump.push('\n');
        }
    }
    dump
}

async fn ask<T: redis::FromRedisValue>(
    redis: &mut MultiplexedConnection,
    command: &str,
    arguments: &[&str],
) -> T {
    let mut command = redis::cmd(command);
    for argument in arguments {
        command.arg(argument);
    }
    command.query_async(redis).await.expect("Redis answers")
}

/// Every key of Redis and what it holds, as far as it is a text.
async fn keys() -> String {
    let client = redis::Client::open(test_support::redis_url()).expect("the URL is right");
    let connection = client.get_multiplexed_async_connection().await;
    let mut redis = connection.expect("Redis lets us in");
    let (mut dump, mut cursor) = (String::new(), "0".to_owned());
    loop {
        let (next, keys): (String, Vec<String>) =
            ask(&mut redis, "SCAN", &[&cursor, "COUNT", "1000"]).await;
        for key in keys {
            dump.push_str(&key);
            dump.push('\n');
            let kind: String = ask(&mut redis, "TYPE", &[&key]).await;
            let values: Vec<Vec<u8>> = match kind.as_str() {
                "string" => ask::<Option<Vec<u8>>>(&mut redis, "GET", &[&key])
                    .await
                    .into_iter()
                    .collect(),
                "hash" => ask(&mut redis, "HGETALL", &[&key]).await,
                "list" => ask(&mut redis, "LRANGE", &[&key, "0", "-1"]).await,
                "set" => ask(&mut redis, "SMEMBERS", &[&key]).await,
                "zset" => ask(&mut redis, "ZRANGE", &[&key, "0", "-1"]).await,
                // It is gone meanwhile.
                "none" => Vec::new(),
                other => panic!("nobody looked into a {other} yet"),
            };
            for value in values {
                dump.push_str(&String::from_utf8_lossy(&value));
                dump.push('\n');
            }
        }
        cursor = next;
        if cursor == "0" {
            return dump;
        }
    }
}

#[tokio::test]
async fn neither_postgresql_nor_redis_holds_anything_that_a_thief_could_use() {
    let platform = Platform::start().await;
    let secrets = Secrets::of_a_life(&platform).await;
    let (rows, keys) = (rows(&platform).await, keys().await);
    assert!(rows.contains("alice@example.org"), "the rows are there");
    assert!(keys.contains("session:"), "the keys are there");
    secrets.are_not_in("a table", &rows);
    secrets.are_not_in("Redis", &keys);
}
