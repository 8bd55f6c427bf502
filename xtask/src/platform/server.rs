//! The server program: built, prepared, started, waited for, stopped.

use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::Signal;

use super::settings::Settings;
use crate::cargo_metadata::Metadata;
use crate::http;
use crate::interrupt::Interrupt;
use crate::private;
use crate::process::{ProcessMark, finish, finish_quietly, start_apart, until};
use crate::report::say;
use crate::site::Site;
use crate::workspace::Workspace;

/// The address of the administrator that `seed` makes.
pub(crate) const ADMIN_EMAIL: &str = "admin@scripthub.local";

/// How long the server may take to begin.
const BEGINNING: Duration = Duration::from_mins(1);

/// A little more than the server gives its own requests to end.
const GRACE: Duration = Duration::from_secs(40);

/// The program `scripthub`: the one that `SCRIPTHUB_BIN` names, else built now.
pub(crate) async fn program(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(named) = env::var_os("SCRIPTHUB_BIN").filter(|name| !name.is_empty()) {
        let named = PathBuf::from(named);
        say(
            "server",
            format_args!("SCRIPTHUB_BIN is given: {}", named.display()),
        );
        return Ok(named);
    }
    say("server", "building; the first time takes minutes");
    let mut build = workspace.cargo();
    build.args(["build", "--package", "api-actix", "--bin", "scripthub"]);
    if !finish(&mut build).await?.success() {
        bail!("the server does not build");
    }
    Ok(Metadata::read(workspace)?.program("scripthub"))
}

/// Makes the keys that are missing.
pub(crate) fn make_keys(site: &Site, program: &Path) -> Result<()> {
    let folder = site.folder().join("keys");
    private::create_folder(&folder)?;
    let mut command = Command::new(program);
    command.args(["keys", "generate", "--dir"]).arg(&folder);
    finish_quietly(&mut command).context("the keys cannot be made")?;
    Ok(())
}

/// Makes the administrator unless there is one, and answers the password that it was made with.
pub(crate) fn make_admin(site: &Site, program: &Path, settings: &Settings) -> Result<String> {
    let password = site.secret("admin.password")?;
    let mut command = Command::new(program);
    command
        .args([
            "admin",
            "create-admin",
            "--email",
            ADMIN_EMAIL,
            "--username",
            "admin",
        ])
        .arg("--password-file")
        .arg(site.folder().join("admin.password"));
    settings.apply(&mut command);
    finish_quietly(&mut command).context("the administrator cannot be made")?;
    Ok(password)
}

/// Makes the keys and the administrator, and tells the sign-in.
pub(crate) fn seed(site: &Site, program: &Path, settings: &Settings) -> Result<()> {
    make_keys(site, program)?;
    let password = make_admin(site, program, settings)?;
    say("sign in", format_args!("{ADMIN_EMAIL}  {password}"));
    Ok(())
}

/// Where a server writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Output {
    /// Where we write.
    Ours,
    /// To this file.
    File(PathBuf),
}

/// A server that was started.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    output: Output,
}

impl Server {
    /// Starts the server and remembers it, so that the next run finds it whatever happens to us.
    pub(crate) fn start(
        site: &Site,
        root: &Path,
        program: &Path,
        settings: &Settings,
        output: Output,
    ) -> Result<Self> {
        private::create_folder(&site.folder().join("mail"))?;
        let mut command = Command::new(program);
        command.args(["serve", "--role", "all"]).current_dir(root);
        settings.apply(&mut command);
        if let Output::File(path) = &output {
            let file = File::create(path).context("the log of the server cannot be made")?;
            command.stdout(file.try_clone()?).stderr(file);
        }
        let child = start_apart(&mut command)?;
        let mark = ProcessMark::of_child(&child);
        site.remember(|state| state.server = mark)?;
        Ok(Self { child, output })
    }

    /// Waits until the server on `port` is ready.
    pub(crate) async fn is_ready(&mut self, port: u16) -> Result<()> {
        let mut last = None;
        let ready = until(BEGINNING, async || {
            if let Err(death) = self.check() {
                return Some(Err(death));
            }
            last = http::status_of(port, "/health/ready").await;
            (last == Some(200)).then_some(Ok(()))
        });
        let ready = ready.await;
        ready.unwrap_or_else(|| match last {
            Some(status) => bail!("the server is not ready: /health/ready answers {status}"),
            None => bail!("the server does not answer on port {port}"),
        })
    }

    /// Waits until the server ends, which it should not.
    pub(crate) async fn has_died(&mut self) -> anyhow::Error {
        let forever = Duration::MAX;
        let death = until(forever, async || self.check().err()).await;
        death.unwrap_or_else(|| anyhow::anyhow!("the server ended"))
    }

    fn check(&mut self) -> Result<()> {
        let Some(status) = self.child.try_wait().context("the server is lost")? else {
            return Ok(());
        };
        match &self.output {
            Output::Ours => bail!("the server ended with {status}; see above"),
            Output::File(path) => {
                bail!(
                    "the server ended with {status}; its log says:\n{}",
                    private::tail(path, 20)
                )
            }
        }
    }
}

/// Stops the server that is remembered for `site`, if it still runs. Another interruption means
/// that nobody wants to wait.
pub(crate) async fn stop(site: &Site, interrupt: &mut Interrupt) -> Result<bool> {
    let Some(mark) = site.state().server.filter(ProcessMark::is_alive) else {
        return Ok(false);
    };
    tokio::select! {
        polite = mark.stop(Signal::INT, GRACE, Signal::KILL) => {
            say("server", if polite { "stopped" } else { "ended by force" });
        }
        () = interrupt.next() => {
            mark.signal(Signal::KILL);
            mark.is_gone_within(Duration::from_secs(5)).await;
            say("server", "ended by force");
        }
    }
    site.remember(|state| state.server = None)?;
    Ok(true)
}
