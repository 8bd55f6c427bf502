//! The tasks of operators and contributors: `cargo xtask <task>`.

mod cargo_metadata;
mod database;
mod digest;
mod http;
mod interrupt;
mod migrate;
mod migrations;
mod platform;
mod private;
mod process;
mod report;
mod services;
mod services_task;
mod site;
mod workspace;

use std::process::ExitCode;

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
    /// Run the platform: PostgreSQL, Redis, migrations, an administrator, server and worker
    ///
    /// Takes DATABASE_URL and REDIS_URL if they are given, else the servers installed on this
    /// machine, else installs or fetches them; everything it starts is private to this clone.
    /// Other settings of the server (LOG_LEVEL, RATE_LIMIT_API …) are passed through. Ctrl-C stops
    /// everything it started, and nothing else. Exits with 1 if the server dies.
    Up(platform::UpArgs),
    /// Stop what `up --detach` or a crashed `up` left running
    Down,
    /// Change the database: DATABASE_OWNER_URL or DATABASE_URL if given, else that of this clone
    Migrate {
        /// What to do
        #[arg(value_enum, default_value = "up")]
        direction: migrate::Direction,
    },
    /// Make the administrator in the database, unless there is one, and print the sign-in
    Seed,
    /// Start, stop or name the PostgreSQL and Redis of the tests
    Services {
        #[command(subcommand)]
        action: services_task::Action,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse().task).await {
        Ok(status) => status,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(task: Task) -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    match task {
        Task::Up(args) => platform::up(&workspace, args).await?,
        Task::Down => platform::down(&workspace).await?,
        Task::Migrate { direction } => migrate::migrate(&workspace, direction).await?,
        Task::Seed => migrate::seed(&workspace).await?,
        Task::Services { action } => services_task::run(&workspace, action).await?,
    }
    Ok(ExitCode::SUCCESS)
}
