//! Real services for tests: `cargo xtask test` starts them and tells where they are.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio_postgres::NoTls;
use uuid::Uuid;

static COUNTER: AtomicU64 = AtomicU64::new(0);

/// A migrated database of one test. It is dropped with the services, or swept when they start again.
#[derive(Debug, Clone)]
pub struct TestDatabase {
    /// Where it is, as its owner.
    pub url: String,
    /// Its name.
    pub name: String,
}

impl TestDatabase {
    /// A plain connection as the owner, to look behind the adapters.
    pub async fn owner(&self) -> tokio_postgres::Client {
        connect(&self.url).await
    }
}

/// A fresh copy of the migrated template.
pub async fn database() -> TestDatabase {
    let maintenance = required("TEST_DATABASE_URL");
    let template = required("TEST_TEMPLATE");
    let name = format!("t_{}", unique_suffix());
    let client = connect(&maintenance).await;
    client
        .batch_execute(&format!(
            "CREATE DATABASE \"{name}\" TEMPLATE \"{template}\""
        ))
        .await
        .expect("the template is migrated and nobody is connected to it");
    TestDatabase {
        url: with_database(&maintenance, &name),
        name,
    }
}

/// Where Redis is. Tests keep apart by key prefixes made of [`unique_suffix`].
#[must_use]
pub fn redis_url() -> String {
    required("TEST_REDIS_URL")
}

/// An S3 store, and who we are to it.
#[derive(Debug, Clone)]
pub struct TestObjectStore {
    /// As in `STORAGE_URL`.
    pub url: String,
    /// The access key.
    pub access_key: String,
    /// Its secret.
    pub secret_key: String,
}

/// Where the S3 store is. Tests keep apart by prefixes made of [`unique_suffix`].
#[must_use]
pub fn object_store() -> TestObjectStore {
    TestObjectStore {
        url: required("TEST_S3_URL"),
        access_key: required("TEST_S3_ACCESS_KEY"),
        secret_key: required("TEST_S3_SECRET_KEY"),
    }
}

/// A text that no other test has.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "tests of different processes must not meet"
)]
pub fn unique_suffix() -> String {
    format!(
        "{}_{}",
        Uuid::new_v4().simple(),
        COUNTER.fetch_add(1, Ordering::Relaxed)
    )
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls)
        .await
        .expect("the test PostgreSQL answers");
    tokio::spawn(connection);
    client
}

fn required(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run `cargo xtask test`, or `eval \"$(cargo xtask services env)\"` first"))
}

fn with_database(url: &str, name: &str) -> String {
    let (address, options) = url
        .split_once('?')
        .map_or((url, None), |(address, options)| (address, Some(options)));
    let server = address
        .rsplit_once('/')
        .map_or(address, |(server, _)| server);
    options.map_or_else(
        || format!("{server}/{name}"),
        |options| format!("{server}/{name}?{options}"),
    )
}
