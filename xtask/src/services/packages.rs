//! Installing servers with the package manager of Debian and Ubuntu.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use super::binaries::is_in_path;
use crate::process::finish;

/// How packages can be installed here without asking anybody; none if they cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    /// We are root.
    Root,
    /// `sudo` asks for no password.
    Sudo,
}

impl Right {
    /// What this machine and this user allow.
    pub(crate) fn here() -> Option<Self> {
        if !Path::new("/etc/debian_version").exists() || !is_in_path("apt-get") {
            return None;
        }
        if rustix::process::geteuid().is_root() {
            return Some(Self::Root);
        }
        let silent_sudo = Command::new("sudo")
            .args(["-n", "true"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        silent_sudo.then_some(Self::Sudo)
    }

    fn command(self) -> Command {
        let mut command = match self {
            Self::Root => Command::new("env"),
            Self::Sudo => {
                let mut sudo = Command::new("sudo");
                sudo.args(["-n", "env"]);
                sudo
            }
        };
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]);
        command.stdin(Stdio::null());
        command
    }
}

/// Installs `package`. The service that the package may start is left alone: ours is private.
pub(crate) async fn install(right: Right, package: &str) -> Result<()> {
    // Without fresh lists apt-get finds nothing on a new machine. A source that is down must not
    // stop us: what counts is whether the package can be installed.
    finish(right.command().arg("update")).await?;
    let mut command = right.command();
    command.args(["install", "--yes", "--no-install-recommends", package]);
    // apt-get and its package scripts are talkative; what they say matters only when they fail.
    let log = std::env::temp_dir().join(format!("scripthub-apt-{}.log", std::process::id()));
    let file = fs::File::create(&log)?;
    let status = finish(command.stdout(file.try_clone()?).stderr(file)).await?;
    if !status.success() {
        bail!(
            "apt-get could not install {package}:\n{}",
            crate::private::tail(&log, 15)
        );
    }
    fs::remove_file(&log)?;
    Ok(())
}
