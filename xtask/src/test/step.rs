//! The steps of `cargo xtask test`.

use std::env;
use std::process::{Command, ExitCode};

use anyhow::{Result, bail};
use clap::ValueEnum;

use super::examples;
use crate::cargo_metadata::Metadata;
use crate::openapi;
use crate::process::{finish, finish_quietly};
use crate::report::say;
use crate::services_task;
use crate::site::Site;
use crate::tidy;
use crate::workspace::Workspace;

/// What every build selects. With other selections cargo unites the features of dependencies in other
/// ways, and would build them again.
const EVERYTHING: [&str; 2] = ["--workspace", "--all-targets"];

/// One step. They are taken in this order: what is quick and fails often comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    /// Every file looks as rustfmt writes it
    Format,
    /// The rules of `cargo xtask tidy`
    Tidy,
    /// Clippy has nothing to say
    Lints,
    /// PostgreSQL and Redis run, and the template database is migrated
    Services,
    /// Every test passes
    Tests,
    /// Every example in the documentation works
    Examples,
    /// The documentation builds without a broken link
    Docs,
    /// openapi.json is what the server says
    Openapi,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is well.
    Passed,
    /// What is wrong has been printed.
    Failed,
    /// There is nothing to check, for this reason.
    NothingToDo(&'static str),
}

/// One run of the steps, and what they tell each other.
#[derive(Debug)]
pub(crate) struct Run<'a> {
    workspace: &'a Workspace,
    site: &'a Site,
    filter: Vec<String>,
    variables: Vec<(&'static str, String)>,
}

impl Step {
    /// How people call it.
    pub(crate) fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

impl<'a> Run<'a> {
    /// A run in `workspace` with the engines of `site`; the test runner is told `filter`.
    pub(crate) fn new(workspace: &'a Workspace, site: &'a Site, filter: Vec<String>) -> Self {
        Self {
            workspace,
            site,
            filter,
            variables: Vec::new(),
        }
    }

    /// Takes `step`.
    pub(crate) async fn take(&mut self, step: Step) -> Result<Outcome> {
        match step {
            Step::Format => cargo(self.workspace, &["fmt", "--all", "--check"]).await,
            Step::Tidy => {
                let clean = tidy::tidy(self.workspace)? == ExitCode::SUCCESS;
                Ok(Outcome::of(clean))
            }
            Step::Lints => {
                let mut command = self.workspace.cargo();
                command.arg("clippy").args(EVERYTHING);
                outcome(command.args(["--", "-D", "warnings"])).await
            }
            Step::Services => self.start_services().await,
            Step::Tests => self.run_tests().await,
            Step::Examples => self.run_examples().await,
            Step::Docs => self.build_docs().await,
            Step::Openapi => self.compare_openapi().await,
        }
    }

    async fn start_services(&mut self) -> Result<Outcome> {
        let engines = services_task::start_for_a_while(self.workspace, self.site).await?;
        let variables = engines.variables();
        self.variables = variables
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec();
        Ok(Outcome::Passed)
    }

    async fn run_tests(&self) -> Result<Outcome> {
        let mut command = self.workspace.cargo();
        if has_nextest(self.workspace) {
            say("tests", "run by cargo nextest");
            command.args(["nextest", "run"]);
        } else {
            say(
                "tests",
                "run by cargo test; cargo-nextest, if installed, is faster",
            );
            command.arg("test");
        }
        command.args(EVERYTHING).args(&self.filter);
        outcome(self.prepare(&mut command)).await
    }

    async fn run_examples(&self) -> Result<Outcome> {
        if !examples::exist(self.workspace.root())? {
            return Ok(Outcome::NothingToDo("no documentation holds an example"));
        }
        let mut command = self.workspace.cargo();
        command.args(["test", "--workspace", "--doc"]);
        outcome(self.prepare(&mut command)).await
    }

    async fn build_docs(&self) -> Result<Outcome> {
        let given = env::var("RUSTDOCFLAGS").unwrap_or_default();
        let flags = format!("{given} -D warnings");
        let mut command = self.workspace.cargo();
        // `cargo doc` knows no `--all-targets`; naming the examples selects the same features.
        command
            .args(["doc", "--workspace", "--no-deps"])
            .args(["--lib", "--bins", "--examples"])
            .env("RUSTDOCFLAGS", flags.trim());
        outcome(&mut command).await
    }

    async fn compare_openapi(&self) -> Result<Outcome> {
        let mut build = self.workspace.cargo();
        build.args(["build", "--quiet"]).args(EVERYTHING);
        if !finish(&mut build).await?.success() {
            bail!("the server does not build");
        }
        let program = Metadata::read(self.workspace)?.program("scripthub");
        Ok(Outcome::of(openapi::is_current(self.workspace, &program)?))
    }

    /// Gives `command` what tests need to know.
    fn prepare<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        if env::var_os("RUST_BACKTRACE").is_none() {
            command.env("RUST_BACKTRACE", "1");
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)))
    }
}

impl Outcome {
    fn of(good: bool) -> Self {
        if good { Self::Passed } else { Self::Failed }
    }
}

/// Runs cargo with `args`.
async fn cargo(workspace: &Workspace, args: &[&str]) -> Result<Outcome> {
    outcome(workspace.cargo().args(args)).await
}

async fn outcome(command: &mut Command) -> Result<Outcome> {
    Ok(Outcome::of(finish(command).await?.success()))
}

fn has_nextest(workspace: &Workspace) -> bool {
    finish_quietly(workspace.cargo().args(["nextest", "--version"])).is_ok()
}
