//! `cargo xtask bench`: figures for people.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::process::finish;
use crate::services_task;
use crate::site::{Purpose, Site};
use crate::usage::Usage;
use crate::workspace::Workspace;

/// What `cargo xtask bench` is told.
#[derive(Debug, Clone, Args)]
pub(crate) struct BenchArgs {
    /// What to measure; all of it if nothing is named
    #[arg(value_name = "MEASUREMENT")]
    names: Vec<String>,
}

/// Runs the task.
pub(crate) async fn bench(workspace: &Workspace, args: BenchArgs) -> Result<ExitCode> {
    let site = Site::of(workspace, Purpose::Tests)?;
    let usage = Usage::begin(&site)?;
    let measured = measure(workspace, &site, args).await;
    usage.end(&site).await?;
    measured
}

async fn measure(workspace: &Workspace, site: &Site, args: BenchArgs) -> Result<ExitCode> {
    let engines = services_task::start_for_a_while(workspace, site).await?;
    let mut bench = workspace.cargo();
    bench
        .args(["bench", "--package", "api-actix", "--bench", "nodes", "--"])
        .args(args.names)
        .envs(engines.variables());
    let status = finish(&mut bench).await?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
