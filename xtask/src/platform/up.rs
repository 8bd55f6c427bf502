//! `cargo xtask up`: from a fresh clone to a running, seeded platform.

use std::fs::{self, File};

use anyhow::{Context, Result, bail};
use clap::Args;

use super::database;
use super::server::{self, ADMIN_EMAIL, Output, Server};
use super::settings::{Ports, Settings};
use crate::interrupt::Interrupt;
use crate::process::ProcessMark;
use crate::report::{line, say};
use crate::services::{self, Absence, given, port};
use crate::site::{Purpose, Site};
use crate::workspace::Workspace;

const USUAL_PORT: u16 = 8080;

/// What `cargo xtask up` is told.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct UpArgs {
    /// The port to listen on [default: 8080, or the next free one]
    #[arg(long)]
    port: Option<u16>,
    /// Throw the data of last time away first
    #[arg(long)]
    fresh: bool,
    /// Leave everything running and return; `cargo xtask down` stops it
    #[arg(long)]
    detach: bool,
}

/// Runs the task. An interruption is the normal end of it.
pub(crate) async fn up(workspace: &Workspace, args: UpArgs) -> Result<()> {
    let mut interrupt = Interrupt::listen()?;
    let site = Site::of(workspace, Purpose::Platform)?;
    let _lock = take_place(&site)?;
    site.remember(|state| state.keeper = ProcessMark::of_ourselves())?;
    if server::stop(&site, &mut interrupt).await? {
        say("server", "that was the one of last time");
    }
    let outcome = tokio::select! {
        outcome = run(workspace, &site, args) => outcome,
        () = interrupt.next() => {
            line("");
            say("up", "stopping");
            Ok(())
        }
    };
    let stays = args.detach && outcome.is_ok() && site.state().kept;
    if !stays {
        // Each is stopped, also when stopping the one before it failed.
        let server = server::stop(&site, &mut interrupt).await;
        let engines = services::stop(&site).await;
        server.and(engines)?;
    }
    site.remember(|state| state.keeper = None)?;
    outcome
}

/// Takes the lock that one `up` of a clone holds.
fn take_place(site: &Site) -> Result<File> {
    let state = site.state();
    let place = state.http_port.map(|port| format!(" on port {port}"));
    let place = place.unwrap_or_default();
    site.try_lock()?.with_context(|| {
        format!("the platform of this clone runs already{place}; `cargo xtask down` stops it")
    })
}

/// Everything from nothing to ready; then, unless detached, waits for the server to die.
async fn run(workspace: &Workspace, site: &Site, args: UpArgs) -> Result<()> {
    site.remember(|state| state.kept = false)?;
    if let Some(port) = args.port.filter(|port| !port::is_free(*port)) {
        bail!("port {port} is taken");
    }
    if args.fresh {
        discard(site).await?;
    }
    let engines = services::ensure(site, Absence::Tolerated).await?;
    let urls = database::migrate(site, &engines.postgres).await?;
    let program = server::program(workspace).await?;
    server::make_keys(site, &program)?;
    // Another clone that starts now must not choose the port that ours will listen on in a moment.
    let turn = port::take_turn(&port::turns()).await?;
    let ports = choose_ports(site, args.port)?;
    let settings = Settings::of(site, &urls.server, engines.redis.as_deref()).listening(ports);
    settings.write(site)?;
    let password = server::make_admin(site, &program, &settings)?;
    let output = if args.detach {
        Output::File(site.log("server.log"))
    } else {
        Output::Ours
    };
    let mut server = Server::start(site, workspace.root(), &program, &settings, output)?;
    server.is_ready(ports.http).await?;
    drop(turn);
    print_summary(site, ports, &password, args.detach);
    if args.detach {
        return site.remember(|state| state.kept = true);
    }
    Err(server.has_died().await)
}

/// The ports of the last time where they are still free.
fn choose_ports(site: &Site, wanted: Option<u16>) -> Result<Ports> {
    let state = site.state();
    let http = match wanted {
        Some(port) if port::is_free(port) => port,
        Some(port) => bail!("port {port} is taken"),
        None => match state.http_port.filter(|port| port::is_free(*port)) {
            Some(port) => port,
            None => port::first_free(USUAL_PORT)?,
        },
    };
    let metrics = port::choose(state.metrics_port)?;
    site.remember(|state| {
        state.http_port = Some(http);
        state.metrics_port = Some(metrics);
    })?;
    Ok(Ports { http, metrics })
}

/// Throws away what the platform has stored. Keys and passwords are no data: they stay.
async fn discard(site: &Site) -> Result<()> {
    if let Some(given) = given::postgres(site)? {
        bail!(
            "--fresh does not throw away a database that was given by {}",
            given.name
        );
    }
    services::stop(site).await?;
    services::discard(site)?;
    for name in ["mail", "storage"] {
        let folder = site.folder().join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .with_context(|| format!("{} cannot be removed", folder.display()))?;
        }
    }
    say("up", "the data of last time was thrown away");
    Ok(())
}

fn print_summary(site: &Site, ports: Ports, password: &str, detached: bool) {
    let Ports { http, metrics } = ports;
    let folder = site.folder();
    line("");
    say("platform", format_args!("http://127.0.0.1:{http}"));
    say("docs", format_args!("http://127.0.0.1:{http}/docs"));
    say("sign in", format_args!("{ADMIN_EMAIL}  {password}"));
    say("mail", folder.join("mail").display());
    say(
        "metrics",
        format_args!("http://127.0.0.1:{metrics}/metrics"),
    );
    say("settings", folder.join("dev.env").display());
    if detached {
        say("log", site.log("server.log").display());
        say("stop", "cargo xtask down");
    } else {
        say("stop", "Ctrl-C");
    }
    line("");
}
