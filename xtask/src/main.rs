//! The tasks of operators and contributors: `cargo xtask <task>`.

mod bench;
mod cargo_metadata;
mod database;
mod digest;
mod http;
mod interrupt;
mod mail_preview;
mod migrate;
mod migrations;
mod openapi;
mod platform;
mod private;
mod process;
mod report;
mod services;
mod services_task;
mod site;
mod test;
mod tidy;
mod usage;
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
#[expect(
    clippy::doc_markdown,
    reason = "a terminal shows these texts as they are"
)]
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
    /// Run everything that has to pass: format, rules, lints, tests, documentation
    ///
    /// The tests get a PostgreSQL and a Redis of their own: TEST_DATABASE_URL and TEST_REDIS_URL if
    /// they are given, else servers installed on this machine, else installed or fetched now. What
    /// it starts it stops at the end, however that comes, unless `services start` asked for it.
    /// Stops at the first step that fails and exits with 1; with 130 if it was interrupted.
    Test(test::TestArgs),
    /// Check the rules of the workspace that can be read from manifests and sources
    ///
    /// Prints each violation as `path:line: rule` and exits with 1 if there is any. The rules: which
    /// crate may depend on which, libraries that one crate keeps to itself, time and ids from their
    /// ports, names that say something, files of 400 lines at most, nothing unfinished, nothing
    /// silenced, keyset pages, migrations with a way back and named constraints.
    Tidy,
    /// Write openapi.json, the document of the API, as the server tells it
    Openapi(openapi::OpenapiArgs),
    /// Measure what storms cost, and how soon every node knows; prints a line a figure
    ///
    /// Builds an optimised server, which takes minutes, and runs it against the services of the tests. Measurements:
    /// refresh_storm, revocation, enumeration, sign_in_storm, role_removal, cache_tiers, large_role,
    /// audit_load, audit_export.
    Bench(bench::BenchArgs),
    /// Render one of every mail, in both languages, and show them in a browser
    MailPreview(mail_preview::MailPreviewArgs),
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
        Task::Test(args) => return test::test(&workspace, args).await,
        Task::Bench(args) => return bench::bench(&workspace, args).await,
        Task::Tidy => return tidy::tidy(&workspace),
        Task::Openapi(args) => return openapi::openapi(&workspace, args).await,
        Task::MailPreview(args) => mail_preview::mail_preview(&workspace, args).await?,
        Task::Down => platform::down(&workspace).await?,
        Task::Migrate { direction } => migrate::migrate(&workspace, direction).await?,
        Task::Seed => migrate::seed(&workspace).await?,
        Task::Services { action } => services_task::run(&workspace, action).await?,
    }
    Ok(ExitCode::SUCCESS)
}
