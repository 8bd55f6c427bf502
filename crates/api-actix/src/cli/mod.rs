//! The command line of `scripthub`.

mod admin;
mod audit;
mod keys;
mod serve;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use crate::config::Config;
use crate::openapi;
use crate::wiring::Platform;

/// The backend of ScriptHub.
#[derive(Debug, Parser)]
#[command(name = "scripthub", version)]
struct Cli {
    /// A TOML file of settings; the environment wins over it [default: scripthub.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer requests, work on the queue, or both, until SIGTERM or SIGINT
    Serve(serve::ServeArgs),
    /// Read the settings, tell what is in force with secrets masked, and start nothing
    CheckConfig,
    /// Act on accounts
    Admin {
        #[command(subcommand)]
        act: admin::Act,
    },
    /// Make the keys that the server needs
    Keys {
        #[command(subcommand)]
        act: keys::Act,
    },
    /// Print the OpenAPI document
    Openapi,
}

/// Runs the program; answers how it ended.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let outcome = runtime().and_then(|runtime| runtime.block_on(perform(cli)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell_error(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Everything but the handlers runs here: connections to the database and to Redis, the queue, the loops.
fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime cannot be started")
}

async fn perform(cli: Cli) -> Result<()> {
    let path = cli.config.as_deref();
    match cli.command {
        Command::Serve(args) => serve::serve(&settings(path)?, args).await,
        Command::CheckConfig => {
            let config = settings(path)?;
            Platform::of(&config)?;
            tell(config.to_string().trim_end())
        }
        Command::Admin { act } => admin::perform(&settings(path)?, act).await,
        Command::Keys { act } => keys::perform(&act),
        Command::Openapi => tell(openapi::json()?.trim_end()),
    }
}

fn settings(path: Option<&Path>) -> Result<Config> {
    // Everything that speaks TLS asks the process for its cryptography; a second installation changes nothing.
    let _installed_before = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Ok(Config::read(std::env::vars(), path)?)
}

/// Writes a line where pipes read it.
fn tell(line: &str) -> Result<()> {
    writeln!(io::stdout(), "{line}").context("nobody reads what we have to tell")
}

fn tell_error(line: &str) {
    // Where even this cannot be written there is nobody left to tell.
    let _unheard = writeln!(io::stderr(), "{line}");
}
