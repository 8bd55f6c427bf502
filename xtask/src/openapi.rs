//! `cargo xtask openapi`: the document of the API, as the server itself tells it.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::platform;
use crate::process::finish_quietly;
use crate::report::{line, say};
use crate::workspace::Workspace;

/// The committed document, below the root.
const FILE: &str = "openapi.json";

/// What `cargo xtask openapi` is told.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct OpenapiArgs {
    /// Write nothing; exit with 1 if the file is not what the server says
    #[arg(long)]
    check: bool,
}

/// Runs the task.
pub(crate) async fn openapi(workspace: &Workspace, args: OpenapiArgs) -> Result<ExitCode> {
    let program = platform::program(workspace).await?;
    if args.check {
        let current = is_current(workspace, &program)?;
        return Ok(ExitCode::from(u8::from(!current)));
    }
    let document = document(&program)?;
    let path = workspace.root().join(FILE);
    let changed = fs::read_to_string(&path).ok().as_ref() != Some(&document);
    fs::write(&path, document).with_context(|| format!("{} cannot be written", path.display()))?;
    let outcome = if changed { "written" } else { "unchanged" };
    say("openapi", format_args!("{FILE} {outcome}"));
    Ok(ExitCode::SUCCESS)
}

/// Whether the committed document is what `program` says; if not, tells the first difference.
pub(crate) fn is_current(workspace: &Workspace, program: &Path) -> Result<bool> {
    let document = document(program)?;
    let committed = fs::read_to_string(workspace.root().join(FILE)).unwrap_or_default();
    let Some(difference) = first_difference(&committed, &document) else {
        return Ok(true);
    };
    let Difference { number, old, new } = difference;
    line(format_args!("{FILE}:{number}: is not what the server says"));
    line(format_args!("  committed  {old}"));
    line(format_args!("  server     {new}"));
    line("`cargo xtask openapi` writes it anew; commit it with the change");
    Ok(false)
}

/// The document that `program` prints. It needs no settings and no services for that.
fn document(program: &Path) -> Result<String> {
    let text = finish_quietly(Command::new(program).arg("openapi"))
        .context("the server does not print its document")?;
    let text = text.trim();
    ensure!(
        text.starts_with('{') && text.ends_with('}'),
        "what `scripthub openapi` prints is no JSON document"
    );
    Ok(format!("{text}\n"))
}

/// The first line in which two texts differ.
#[derive(Debug, PartialEq, Eq)]
struct Difference<'a> {
    number: usize,
    old: &'a str,
    new: &'a str,
}

fn first_difference<'a>(old: &'a str, new: &'a str) -> Option<Difference<'a>> {
    if old == new {
        return None;
    }
    let same = old
        .lines()
        .zip(new.lines())
        .take_while(|(old, new)| old == new)
        .count();
    Some(Difference {
        number: same + 1,
        old: old.lines().nth(same).unwrap_or("(the end)").trim(),
        new: new.lines().nth(same).unwrap_or("(the end)").trim(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_told_with_its_line() {
        let expected = Difference {
            number: 2,
            old: "b",
            new: "c",
        };
        assert_eq!(first_difference("a\n  b\n", "a\n  c\n"), Some(expected));
        assert_eq!(first_difference("a\n", "a\n"), None);
    }

    #[test]
    fn a_missing_file_and_a_shorter_one_differ() {
        assert_eq!(first_difference("", "a\n").unwrap().old, "(the end)");
        assert_eq!(first_difference("a\nb\n", "a\n").unwrap().new, "(the end)");
    }

    #[test]
    fn what_is_no_document_is_refused() {
        let said_nothing = document(Path::new("true")).unwrap_err();
        assert!(said_nothing.to_string().contains("no JSON"));
    }
}
