//! `cargo xtask test`: everything that has to pass.

mod examples;
mod step;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::interrupt::Interrupt;
use crate::report::{line, say};
use crate::site::{Purpose, Site};
use crate::usage::Usage;
use crate::workspace::Workspace;

use step::{Outcome, Run, Step};

/// The status of a run that was interrupted, as shells have it.
const INTERRUPTED: u8 = 130;

/// What `cargo xtask test` is told.
#[derive(Debug, Clone, Args)]
pub(crate) struct TestArgs {
    /// Leave a step out; may be given several times
    #[arg(long, value_enum, value_name = "STEP")]
    skip: Vec<Step>,
    /// What the test runner is told, for example a part of a test's name. Then only the steps
    /// `services` and `tests` are taken
    #[arg(last = true, value_name = "FILTER")]
    filter: Vec<String>,
}

/// Runs the task.
pub(crate) async fn test(workspace: &Workspace, args: TestArgs) -> Result<ExitCode> {
    let mut interrupt = Interrupt::listen()?;
    let began = Instant::now();
    let complete = steps(&args).len() == Step::value_variants().len();
    let passed = if complete {
        "everything"
    } else {
        "what was asked for"
    };
    let site = Site::of(workspace, Purpose::Tests)?;
    let usage = Usage::begin(&site)?;
    let outcome = tokio::select! {
        outcome = take_steps(workspace, &site, args) => outcome,
        () = interrupt.next() => {
            line("");
            say("test", "interrupted, stopping");
            Ok(ExitCode::from(INTERRUPTED))
        }
    };
    usage.end(&site).await?;
    if let Ok(ExitCode::SUCCESS) = outcome {
        let took = seconds(began);
        say("test", format_args!("{passed} passed in {took}"));
    }
    outcome
}

/// Takes one step after the other, up to the first that fails.
async fn take_steps(workspace: &Workspace, site: &Site, args: TestArgs) -> Result<ExitCode> {
    let steps = steps(&args);
    let mut run = Run::new(workspace, site, args.filter);
    for step in steps {
        let name = step.name();
        let began = Instant::now();
        match run.take(step).await {
            Ok(Outcome::Passed) => say(&name, format_args!("passed in {}", seconds(began))),
            Ok(Outcome::NothingToDo(reason)) => say(&name, format_args!("skipped: {reason}")),
            Ok(Outcome::Failed) => {
                say(&name, format_args!("FAILED after {}", seconds(began)));
                return Ok(ExitCode::FAILURE);
            }
            Err(error) => {
                say(&name, format_args!("FAILED after {}", seconds(began)));
                return Err(error);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The steps that `args` ask for, in order.
fn steps(args: &TestArgs) -> Vec<Step> {
    let wanted = |step: &Step| {
        let filtered = !args.filter.is_empty();
        let for_tests = matches!(step, Step::Services | Step::Tests);
        !args.skip.contains(step) && (for_tests || !filtered)
    };
    Step::value_variants()
        .iter()
        .copied()
        .filter(wanted)
        .collect()
}

fn seconds(began: Instant) -> String {
    format!("{:.1} s", began.elapsed().as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(skip: &[Step], filter: &[&str]) -> TestArgs {
        TestArgs {
            skip: skip.to_vec(),
            filter: filter.iter().map(|word| (*word).to_owned()).collect(),
        }
    }

    #[test]
    fn nothing_is_left_out_unless_somebody_asks() {
        assert_eq!(steps(&args(&[], &[])), Step::value_variants());
        let rest = steps(&args(&[Step::Lints], &[]));
        assert_eq!(rest.len() + 1, Step::value_variants().len());
        assert!(!rest.contains(&Step::Lints));
    }

    #[test]
    fn a_filter_is_for_tests_only() {
        let filtered = steps(&args(&[], &["register"]));
        assert_eq!(filtered, [Step::Services, Step::Tests]);
    }
}
