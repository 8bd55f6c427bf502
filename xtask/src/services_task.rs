//! `cargo xtask services`: the engines of the tests, for contributors and CI.

use anyhow::{Context, Result};
use clap::Subcommand;

use crate::report::line;
use crate::services::object_store::ObjectStore;
use crate::services::{self, Absence, Engines, Postgres, template};
use crate::site::{Purpose, Site};
use crate::usage;
use crate::workspace::Workspace;

/// What to do with the engines of the tests.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum Action {
    /// Start PostgreSQL, Redis and an S3 store for tests, migrate the template database, leave them running
    Start,
    /// Stop them
    Stop,
    /// Print the variables that tests need, for `eval "$(cargo xtask services env)"`
    Env,
}

/// Runs the task.
pub(crate) async fn run(workspace: &Workspace, action: Action) -> Result<()> {
    let site = Site::of(workspace, Purpose::Tests)?;
    let _lock = site.lock()?;
    match action {
        Action::Start => {
            start(workspace, &site).await?;
            line("eval \"$(cargo xtask services env)\" tells a shell where they are");
            site.remember(|state| state.kept = true)
        }
        Action::Stop => {
            site.remember(|state| state.kept = false)?;
            let Some(_alone) = usage::nobody(&site)? else {
                line("`cargo xtask test` still uses them, and stops them when it is done");
                return Ok(());
            };
            if !services::stop(&site).await? {
                line("nothing was running");
            }
            Ok(())
        }
        Action::Env => {
            for (name, value) in running(workspace, &site).await?.variables() {
                line(format_args!("export {name}='{value}'"));
            }
            Ok(())
        }
    }
}

/// What a test must know.
#[derive(Debug)]
pub(crate) struct TestEngines {
    postgres: String,
    template: String,
    redis: String,
    objects: ObjectStore,
}

impl TestEngines {
    /// The environment variables that the tests read.
    pub(crate) fn variables(&self) -> [(&'static str, &str); 6] {
        [
            ("TEST_DATABASE_URL", &self.postgres),
            ("TEST_TEMPLATE", &self.template),
            ("TEST_REDIS_URL", &self.redis),
            ("TEST_S3_URL", &self.objects.url),
            ("TEST_S3_ACCESS_KEY", &self.objects.access_key),
            ("TEST_S3_SECRET_KEY", &self.objects.secret_key),
        ]
    }
}

/// Finds or starts the engines, drops what killed tests left, and makes the template. The caller
/// holds the site's lock.
pub(crate) async fn start(workspace: &Workspace, site: &Site) -> Result<TestEngines> {
    let Engines { postgres, redis } = services::ensure(site, Absence::Fatal).await?;
    let objects = services::ensure_object_store(site).await?;
    template::sweep(&postgres).await?;
    let template = template::ensure(workspace, &postgres).await?;
    let redis = redis.context("tests need a Redis")?;
    Ok(TestEngines {
        postgres: postgres.url().to_owned(),
        template,
        redis,
        objects,
    })
}

/// The same for one run, which ends with [`usage::Usage::end`]. Engines that somebody asked to keep, but
/// that are gone since (a restart of the machine), are not kept any more.
pub(crate) async fn start_for_a_while(workspace: &Workspace, site: &Site) -> Result<TestEngines> {
    let _lock = site.lock()?;
    let gone = services::running_postgres(site).await?.is_none()
        && services::running_redis(site).await?.is_none();
    if gone {
        site.remember(|state| state.kept = false)?;
    }
    start(workspace, site).await
}

async fn running(workspace: &Workspace, site: &Site) -> Result<TestEngines> {
    let hint = "is not running; start it with `cargo xtask services start`";
    let postgres: Option<Postgres> = services::running_postgres(site).await?;
    let postgres = postgres.with_context(|| format!("PostgreSQL {hint}"))?;
    let redis = services::running_redis(site).await?;
    let redis = redis.with_context(|| format!("Redis {hint}"))?;
    let objects = services::running_object_store(site).await?;
    let objects = objects.with_context(|| format!("the object store {hint}"))?;
    let template = template::ensure(workspace, &postgres).await?;
    Ok(TestEngines {
        postgres: postgres.url().to_owned(),
        template,
        redis,
        objects,
    })
}
