//! The tasks of operators and contributors: `cargo xtask <task>`.
#![expect(
    clippy::print_stdout,
    reason = "a task talks to the person who started it"
)]

mod database;
mod digest;
mod migrations;
mod private;
mod process;
mod services;
mod services_task;
mod site;
mod workspace;

use anyhow::Result;
use clap::{Parser, Subcommand};

use workspace::Workspace;

/// The tasks of operators and contributors of ScriptHub.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Start, stop or name the PostgreSQL and Redis of the tests
    Services {
        #[command(subcommand)]
        action: services_task::Action,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    let workspace = Workspace::find()?;
    match cli.task {
        Task::Services { action } => services_task::run(&workspace, action).await,
    }
}
