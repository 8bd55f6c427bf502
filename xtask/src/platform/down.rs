//! `cargo xtask down`: stops what a detached or crashed `up` left.

use std::time::Duration;

use anyhow::{Result, bail};
use rustix::process::Signal;

use super::server;
use crate::interrupt::Interrupt;
use crate::process::ProcessMark;
use crate::report::line;
use crate::services;
use crate::site::{Purpose, Site};
use crate::workspace::Workspace;

/// Longer than an `up` needs to stop everything.
const PATIENCE: Duration = Duration::from_mins(2);

/// Runs the task.
pub(crate) async fn down(workspace: &Workspace) -> Result<()> {
    let mut interrupt = Interrupt::listen()?;
    let site = Site::of(workspace, Purpose::Platform)?;
    if let Some(keeper) = site.state().keeper.filter(ProcessMark::is_alive) {
        keeper.signal(Signal::TERM);
        if !keeper.is_gone_within(PATIENCE).await {
            bail!("the running `cargo xtask up` does not stop");
        }
        line("the running `cargo xtask up` has stopped everything");
        return Ok(());
    }
    let _lock = site.lock()?;
    let server = server::stop(&site, &mut interrupt).await;
    let engines = services::stop(&site).await;
    site.remember(|state| state.kept = false)?;
    if !(server? | engines?) {
        line("nothing was running");
    }
    Ok(())
}
