//! Whom PostgreSQL runs as. It refuses root, so root needs a disguise or a substitute.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::private;
use crate::site::Site;

/// Where the clusters of substitutes live: they cannot enter the folders of root.
const OUTSIDE: &str = "/var/lib/scripthub-dev";

/// The account that runs PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Account {
    /// We are nobody special.
    Ourselves,
    /// We are root, and look like this user inside a user namespace; files stay root's.
    Disguised(Entry),
    /// We are root and may not make namespaces: another user of the machine does it.
    Substitute(Entry),
}

/// A line of `/etc/passwd`. PostgreSQL looks itself up there, so an id without a line is no use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    name: String,
    uid: u32,
    gid: u32,
}

impl Account {
    /// Chooses the account, by trying what this machine allows.
    pub(crate) fn choose() -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Ourselves);
        }
        let passwd = fs::read_to_string("/etc/passwd").context("/etc/passwd cannot be read")?;
        let entries: Vec<Entry> = passwd.lines().filter_map(parse_entry).collect();
        let named = |name: &str| entries.iter().find(|entry| entry.name == name);
        let ordinary = entries.iter().find(|entry| entry.uid == 1000);
        let candidates = [ordinary, named("postgres"), named("nobody")];
        for entry in candidates.into_iter().flatten() {
            let disguised = Self::Disguised(entry.clone());
            if disguised.works() {
                return Ok(disguised);
            }
        }
        let Some(entry) = named("postgres").or_else(|| named("nobody")) else {
            bail!(
                "PostgreSQL refuses to run as root, and there is neither `postgres` nor `nobody`"
            );
        };
        Ok(Self::Substitute(entry.clone()))
    }

    /// How the choice is told; nothing if there was none to make.
    pub(crate) fn told(&self) -> Option<String> {
        match self {
            Self::Ourselves => None,
            Self::Disguised(entry) => {
                let name = &entry.name;
                Some(format!(
                    "we are root, which it refuses: run as {name} in a user namespace"
                ))
            }
            Self::Substitute(entry) => {
                let name = &entry.name;
                Some(format!(
                    "we are root, which it refuses: run as {name}, data in {OUTSIDE}"
                ))
            }
        }
    }

    /// Where the cluster of `site` lives.
    pub(crate) fn home(&self, site: &Site) -> PathBuf {
        match self {
            Self::Ourselves | Self::Disguised(_) => site.folder().join("pg"),
            Self::Substitute(_) => Path::new(OUTSIDE).join(site.tag()),
        }
    }

    /// Where downloaded servers are kept, so that the account can run them.
    pub(crate) fn dist(&self, site: &Site) -> PathBuf {
        match self {
            Self::Ourselves | Self::Disguised(_) => site.dist(),
            Self::Substitute(_) => Path::new(OUTSIDE).join("dist"),
        }
    }

    /// `program`, to be run by the account in `home`.
    pub(crate) fn command(&self, program: &Path, home: &Path) -> Command {
        let mut command = match self {
            Self::Ourselves => Command::new(program),
            Self::Disguised(entry) => {
                let mut unshare = Command::new("unshare");
                unshare
                    .arg("--user")
                    .arg(format!("--map-user={}", entry.uid))
                    .arg(format!("--map-group={}", entry.gid))
                    .arg(program);
                unshare
            }
            Self::Substitute(entry) => {
                let mut command = Command::new(program);
                command.uid(entry.uid).gid(entry.gid);
                command
            }
        };
        command
            .env("HOME", home)
            .env("LC_ALL", "C")
            .env_remove("PGDATA")
            .env_remove("PGPORT")
            .current_dir(if home.is_dir() { home } else { Path::new("/") });
        command
    }

    /// Makes `folder`, which only the account can enter.
    pub(crate) fn create_folder(&self, folder: &Path) -> Result<()> {
        if let (Self::Substitute(_), Some(parent)) = (self, folder.parent()) {
            fs::create_dir_all(parent)
                .with_context(|| format!("{} cannot be created", parent.display()))?;
        }
        private::create_folder(folder)?;
        self.give(folder)
    }

    /// Hands `path` to the account.
    pub(crate) fn give(&self, path: &Path) -> Result<()> {
        match self {
            Self::Ourselves => Ok(()),
            Self::Disguised(_) => chown(path, Some(0), Some(0)),
            Self::Substitute(entry) => chown(path, Some(entry.uid), Some(entry.gid)),
        }
        .with_context(|| format!("{} cannot be handed over", path.display()))
    }

    /// Whether `path` belongs to the account and to nobody who could have laid it there.
    pub(crate) fn owns(&self, path: &Path) -> bool {
        let owner = match self {
            Self::Ourselves => rustix::process::geteuid().as_raw(),
            Self::Disguised(_) => 0,
            Self::Substitute(entry) => entry.uid,
        };
        fs::symlink_metadata(path).is_ok_and(|found| found.is_dir() && found.uid() == owner)
    }

    fn works(&self) -> bool {
        self.command(Path::new("true"), Path::new("/"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }
}

fn parse_entry(line: &str) -> Option<Entry> {
    let mut fields = line.split(':');
    let name = fields.next()?.to_owned();
    let uid = fields.nth(1)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(Entry { name, uid, gid })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_passwd_names_user_and_group() {
        let entry = parse_entry("postgres:x:101:104:PostgreSQL,,,:/var/lib/postgresql:/bin/bash");
        let expected = Entry {
            name: "postgres".to_owned(),
            uid: 101,
            gid: 104,
        };
        assert_eq!(entry, Some(expected));
    }

    #[test]
    fn a_broken_line_is_nobody() {
        assert_eq!(parse_entry("# comment"), None);
        assert_eq!(parse_entry("name:x:notanumber:1"), None);
    }
}
