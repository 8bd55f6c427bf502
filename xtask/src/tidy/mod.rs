//! `cargo xtask tidy`: the rules of the house that can be read from the manifests and the sources.

mod constraints;
mod migrations;
mod rooms;
mod rust;
mod sources;
pub(crate) mod tree;
mod violation;

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::cargo_metadata::Metadata;
use crate::report::line;
use crate::workspace::Workspace;

use violation::Violation;

/// The folders that hold what is written by hand.
const PLACES: [&str; 3] = ["crates", "migrations", "xtask"];

/// Runs the task: prints every violation; the status is 1 if there is any.
pub(crate) fn tidy(workspace: &Workspace) -> Result<ExitCode> {
    let found = violations(workspace)?;
    for violation in &found {
        line(violation);
    }
    if found.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    line(format_args!("rules broken: {}", found.len()));
    Ok(ExitCode::FAILURE)
}

/// Everything in `workspace` that breaks a rule, in the order of the files.
fn violations(workspace: &Workspace) -> Result<Vec<Violation>> {
    let root = workspace.root();
    let files = tree::files(root, &PLACES)?;
    let mut found = rooms::check(root, &Metadata::read(workspace)?.packages)?;
    found.extend(migrations::check_pairs(&files));
    for path in &files {
        let check: fn(&str, &str) -> Vec<Violation> = match path.rsplit_once('.') {
            Some((_, "rs")) => sources::check_rust,
            Some((_, "sql")) if path.starts_with("migrations/") => migrations::check_sql,
            Some((_, "sql" | "lua")) => sources::check_script,
            _ => continue,
        };
        let text = fs::read_to_string(root.join(path))
            .with_context(|| format!("{path} cannot be read"))?;
        found.extend(check(path, &text));
    }
    found.sort();
    Ok(found)
}
