//! `cargo xtask mail-preview`: one of every mail, in a browser.

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::process::finish;
use crate::report::{line, say};
use crate::workspace::Workspace;

/// What `cargo xtask mail-preview` is told.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct MailPreviewArgs {
    /// Only write the pages, and tell where they are
    #[arg(long)]
    no_open: bool,
}

/// Runs the task.
pub(crate) async fn mail_preview(workspace: &Workspace, args: MailPreviewArgs) -> Result<()> {
    let folder = workspace.local().join("mail-preview");
    let mut render = workspace.cargo();
    render
        .args(["run", "--quiet", "--package", "adapters-smtp"])
        .args(["--example", "mail_preview", "--"])
        .arg(&folder)
        .current_dir(workspace.root());
    let status = finish(&mut render).await?;
    ensure!(status.success(), "the mails cannot be rendered");
    let page = folder.join("index.html");
    say("mails", format_args!("file://{}", page.display()));
    if !args.no_open {
        let opened = open::that_detached(&page).context("no browser can be opened");
        if let Err(error) = opened {
            line(format_args!("{error:#}; open the page yourself"));
        }
    }
    Ok(())
}
