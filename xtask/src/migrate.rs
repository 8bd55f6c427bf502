//! `cargo xtask migrate` and `cargo xtask seed`.

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::database::without_password;
use crate::migrations;
use crate::platform::{self, Settings};
use crate::report::{line, say};
use crate::services::{self, Postgres};
use crate::site::{Purpose, Site};
use crate::workspace::Workspace;

/// What to do with the migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Direction {
    /// Apply all that are missing
    Up,
    /// Revert the last one
    Down,
    /// Revert the last one and apply it again
    Redo,
    /// Tell which are applied
    Status,
}

/// Migrates the database that the environment names, else that of this clone.
pub(crate) async fn migrate(workspace: &Workspace, direction: Direction) -> Result<()> {
    on_database(workspace, async |site, postgres| {
        if direction == Direction::Up {
            platform::migrate(site, postgres).await?;
            return Ok(());
        }
        let url = platform::urls(site, postgres).await?.owner;
        match direction {
            Direction::Up => {}
            Direction::Down => {
                say(
                    "migrations",
                    format_args!("reverted {}", migrations::revert_last(&url).await?),
                );
            }
            Direction::Redo => {
                let name = migrations::redo_last(&url).await?;
                platform::let_server_in(site, postgres).await?;
                say("migrations", format_args!("redone {name}"));
            }
            Direction::Status => {
                line(without_password(&url));
                for state in migrations::status(&url).await? {
                    let word = if state.applied { "applied" } else { "missing" };
                    line(format_args!("{word:>8}  {}", state.name));
                }
            }
        }
        Ok(())
    })
    .await
}

/// Makes the administrator in the database that the environment names, else in that of this clone.
pub(crate) async fn seed(workspace: &Workspace) -> Result<()> {
    on_database(workspace, async |site, postgres| {
        let urls = platform::migrate(site, postgres).await?;
        let program = platform::program(workspace).await?;
        let redis = services::running_redis(site).await?;
        let settings = Settings::of(site, &urls.server, redis.as_deref());
        platform::seed(site, &program, &settings)
    })
    .await
}

/// Runs `work` on the database of the platform, which is started for the time if it does not run.
async fn on_database(
    workspace: &Workspace,
    work: impl AsyncFnOnce(&Site, &Postgres) -> Result<()>,
) -> Result<()> {
    let site = Site::of(workspace, Purpose::Platform)?;
    if let Some(running) = services::running_postgres(&site).await? {
        return work(&site, &running).await;
    }
    let _lock = site
        .try_lock()?
        .context("another task is starting or stopping the platform; try again")?;
    let started = services::ensure_postgres(&site).await?;
    let outcome = work(&site, &started).await;
    services::stop(&site).await?;
    outcome
}
