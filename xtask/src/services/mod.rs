//! PostgreSQL, Redis and, for tests, an object store: the ones we were given, or private ones of this clone.

mod account;
mod binaries;
pub(crate) mod given;
pub(crate) mod object_store;
mod packages;
pub(crate) mod port;
mod postgres;
mod prebuilt;
mod redis;
mod sockets;
pub(crate) mod template;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::database;
use crate::report::say;
use crate::site::{Purpose, Site};

use account::Account;
use binaries::PostgresBinaries;
use given::Given;
use object_store::ObjectStore;
use packages::Right;
use postgres::Cluster;

/// The engines that a task works with.
#[derive(Debug)]
pub(crate) struct Engines {
    /// Where PostgreSQL is.
    pub(crate) postgres: Postgres,
    /// The URL of Redis; none on a machine that has none.
    pub(crate) redis: Option<String>,
}

/// Where PostgreSQL is, and whose it is.
#[derive(Debug, Clone)]
pub(crate) enum Postgres {
    /// The operator named a database by URL.
    Given(String),
    /// Our own cluster; this is the owner's URL of its maintenance database.
    Private(String),
}

/// What to do when there is no Redis and no way to get one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absence {
    /// Go on without.
    Tolerated,
    /// Fail.
    Fatal,
}

/// Finds or starts the engines of `site`, saying each decision. The caller holds the site's lock.
pub(crate) async fn ensure(site: &Site, without_redis: Absence) -> Result<Engines> {
    let postgres = ensure_postgres(site).await?;
    let redis = ensure_redis(site, without_redis).await?;
    Ok(Engines { postgres, redis })
}

/// Finds or starts PostgreSQL only.
pub(crate) async fn ensure_postgres(site: &Site) -> Result<Postgres> {
    if let Some(Given { name, url }) = given::postgres(site)? {
        database::connect(&url)
            .await
            .with_context(|| format!("{name} is given"))?;
        say(
            "postgresql",
            format_args!("{name} is given: {}", database::without_password(&url)),
        );
        return Ok(Postgres::Given(url));
    }
    let account = Account::choose()?;
    let cluster = Cluster::of(site, account.clone());
    let port = match cluster.find().await? {
        Some(port) => {
            say(
                "postgresql",
                format_args!("ours runs already on port {port}"),
            );
            port
        }
        None => start_postgres(site, &account, &cluster).await?,
    };
    Ok(Postgres::Private(cluster.url(port, "postgres")?))
}

/// The PostgreSQL that runs for `site` now, without starting any.
pub(crate) async fn running_postgres(site: &Site) -> Result<Option<Postgres>> {
    if let Some(Given { url, .. }) = given::postgres(site)? {
        return Ok(Some(Postgres::Given(url)));
    }
    let cluster = Cluster::of(site, Account::choose()?);
    let Some(port) = cluster.find().await? else {
        return Ok(None);
    };
    Ok(Some(Postgres::Private(cluster.url(port, "postgres")?)))
}

/// The Redis that runs for `site` now, without starting any.
pub(crate) async fn running_redis(site: &Site) -> Result<Option<String>> {
    match given::redis(site)? {
        Some(Given { url, .. }) => Ok(Some(url)),
        None => redis::find(site).await,
    }
}

/// Finds or starts the object store of the tests. The caller holds the site's lock.
pub(crate) async fn ensure_object_store(site: &Site) -> Result<ObjectStore> {
    if let Some(given) = given::object_store(site) {
        say(
            "objects",
            format_args!("TEST_S3_URL is given: {}", given.url),
        );
        return Ok(given);
    }
    if let Some(found) = object_store::find(site).await? {
        say("objects", "ours runs already");
        return Ok(found);
    }
    let program = obtain_object_store(site).await?;
    let started = object_store::start(site, &program).await?;
    say("objects", format_args!("private {}", program.display()));
    Ok(started)
}

async fn obtain_object_store(site: &Site) -> Result<PathBuf> {
    if let Some(found) = prebuilt::object_store(&site.dist())? {
        return Ok(found);
    }
    if let Some(right) = Right::here() {
        say(
            "objects",
            "no pip to fetch one with: apt-get update, apt-get install python3-pip",
        );
        packages::install(right, "python3-pip").await?;
    }
    let found = prebuilt::object_store(&site.dist())?;
    found.context(
        "no S3 store for the tests: install Python 3 with pip, or set TEST_S3_URL (as STORAGE_URL is set), TEST_S3_ACCESS_KEY and TEST_S3_SECRET_KEY",
    )
}

/// The object store of the tests that runs now, without starting any.
pub(crate) async fn running_object_store(site: &Site) -> Result<Option<ObjectStore>> {
    match given::object_store(site) {
        Some(given) => Ok(Some(given)),
        None => object_store::find(site).await,
    }
}

/// Stops the private engines of `site`; what was given is left alone. Answers whether any ran.
pub(crate) async fn stop(site: &Site) -> Result<bool> {
    let redis = redis::stop(site).await?;
    if redis {
        say("redis", "stopped");
    }
    let objects = object_store::stop(site).await?;
    if objects {
        say("objects", "stopped");
    }
    let postgres = Cluster::of(site, Account::choose()?).stop().await?;
    if postgres {
        say("postgresql", "stopped");
    }
    Ok(redis || objects || postgres)
}

/// Throws away the data of the private PostgreSQL of `site`, which must not run.
pub(crate) fn discard(site: &Site) -> Result<()> {
    Cluster::of(site, Account::choose()?).discard()
}

async fn start_postgres(site: &Site, account: &Account, cluster: &Cluster<'_>) -> Result<u16> {
    if let Some(told) = account.told() {
        say("postgresql", &told);
    }
    let binaries = obtain_postgres(site, account, cluster.made_by()).await?;
    let kept = cluster.made_by().is_some() && site.purpose() == Purpose::Platform;
    let age = if kept {
        "the data of last time"
    } else {
        "a new cluster"
    };
    let port = cluster.start(&binaries).await?;
    let (major, folder) = (binaries.major(), binaries.folder().display());
    say(
        "postgresql",
        format_args!("private PostgreSQL {major} ({folder}) on port {port}, {age}"),
    );
    Ok(port)
}

async fn obtain_postgres(
    site: &Site,
    account: &Account,
    made_by: Option<u32>,
) -> Result<PostgresBinaries> {
    if let Some(found) = binaries::find_postgres(account, made_by) {
        return Ok(found);
    }
    if let Some(right) = Right::here() {
        say(
            "postgresql",
            "no server here: apt-get update, apt-get install postgresql",
        );
        match packages::install(right, "postgresql").await {
            Ok(()) => {
                let found = binaries::find_postgres(account, made_by);
                return found.context("postgresql was installed, but its programs are not found");
            }
            Err(error) => say("postgresql", format_args!("{error:#}")),
        }
    }
    if let Some(folder) = prebuilt::postgres(&account.dist(site))? {
        let found = PostgresBinaries::at(&folder, account);
        return found.context("the downloaded PostgreSQL does not run on this machine");
    }
    bail!(
        "no PostgreSQL 14 or newer. Install it:\n  \
         Debian, Ubuntu   sudo apt-get install postgresql\n  \
         Fedora           sudo dnf install postgresql-server\n  \
         Alpine           sudo apk add postgresql\n  \
         macOS            brew install postgresql@17\n\
         or start deploy/compose.yaml and set DATABASE_URL"
    )
}

async fn ensure_redis(site: &Site, absence: Absence) -> Result<Option<String>> {
    if let Some(Given { name, url }) = given::redis(site)? {
        redis::ping(&url)
            .await
            .with_context(|| format!("{name} is given"))?;
        say(
            "redis",
            format_args!("{name} is given: {}", database::without_password(&url)),
        );
        return Ok(Some(url));
    }
    if let Some(url) = redis::find(site).await? {
        say("redis", "ours runs already");
        return Ok(Some(url));
    }
    let Some(program) = obtain_redis(site).await? else {
        let advice = "install redis-server or valkey-server, or set REDIS_URL";
        if absence == Absence::Fatal {
            bail!("no Redis: {advice}");
        }
        say(
            "redis",
            format_args!("none, one node runs without; for more nodes {advice}"),
        );
        return Ok(None);
    };
    let url = redis::start(site, &program).await?;
    let place = database::without_password(&url);
    say(
        "redis",
        format_args!("private {} at {place}", program.display()),
    );
    Ok(Some(url))
}

async fn obtain_redis(site: &Site) -> Result<Option<PathBuf>> {
    if let Some(found) = binaries::find_redis() {
        return Ok(Some(found));
    }
    if let Some(right) = Right::here() {
        say(
            "redis",
            "no server here: apt-get update, apt-get install redis-server",
        );
        match packages::install(right, "redis-server").await {
            Ok(()) => return Ok(binaries::find_redis()),
            Err(error) => say("redis", format_args!("{error:#}")),
        }
    }
    prebuilt::redis(&site.dist())
}

impl Postgres {
    /// The URL: of the given database, or of the owner on the maintenance database of ours.
    pub(crate) fn url(&self) -> &str {
        match self {
            Self::Given(url) | Self::Private(url) => url,
        }
    }
}
