//! A private set of engines: its folder, what is remembered of it, and who may touch it.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::private;
use crate::process::ProcessMark;
use crate::workspace::Workspace;

/// What a set of engines is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The platform of `cargo xtask up`: its data is kept safe.
    Platform,
    /// Tests: speed is all, the data is worth nothing.
    Tests,
}

/// The place of one private set of engines in this clone.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    purpose: Purpose,
    tag: String,
    local: PathBuf,
    folder: PathBuf,
}

/// What one run remembers for the next.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct State {
    /// The xtask that runs the platform in the foreground.
    pub(crate) keeper: Option<ProcessMark>,
    /// Whether somebody asked for the engines to stay after the task.
    pub(crate) kept: bool,
    /// The port of PostgreSQL.
    pub(crate) postgres_port: Option<u16>,
    /// The port of Redis.
    pub(crate) redis_port: Option<u16>,
    /// The Redis that was started last.
    pub(crate) redis: Option<ProcessMark>,
    /// The port of the object store.
    pub(crate) object_store_port: Option<u16>,
    /// The object store that was started last.
    pub(crate) object_store: Option<ProcessMark>,
    /// The port of the platform.
    pub(crate) http_port: Option<u16>,
    /// The port of its metrics.
    pub(crate) metrics_port: Option<u16>,
    /// The server that was started last.
    pub(crate) server: Option<ProcessMark>,
}

impl Site {
    /// The site for `purpose` in `workspace`; its folder is made if need be.
    pub(crate) fn of(workspace: &Workspace, purpose: Purpose) -> Result<Self> {
        let local = workspace.local();
        let (folder, letter) = match purpose {
            Purpose::Platform => (local.clone(), 'u'),
            Purpose::Tests => (local.join("test"), 't'),
        };
        private::create_folder(&folder.join("log"))?;
        Ok(Self {
            purpose,
            tag: format!("{}{letter}", workspace.tag()),
            local,
            folder,
        })
    }

    /// What the engines are for.
    pub(crate) fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// A short name that no other site of the machine has.
    pub(crate) fn tag(&self) -> &str {
        &self.tag
    }

    /// The folder of the site.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where downloaded engines are kept; all sites of a clone share it.
    pub(crate) fn dist(&self) -> PathBuf {
        self.local.join("dist")
    }

    /// The log file called `name`.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.folder.join("log").join(name)
    }

    /// The secret called `name`, made at the first call.
    pub(crate) fn secret(&self, name: &str) -> Result<String> {
        private::remembered_secret(&self.folder.join(name))
    }

    /// All secrets of this clone, whatever site they belong to.
    pub(crate) fn secrets(&self) -> Vec<String> {
        [self.local.clone(), self.local.join("test")]
            .iter()
            .filter_map(|folder| fs::read_dir(folder).ok())
            .flat_map(|entries| entries.filter_map(Result::ok))
            .filter(|entry| {
                entry
                    .path()
                    .extension()
                    .is_some_and(|kind| kind == "password")
            })
            .filter_map(|entry| fs::read_to_string(entry.path()).ok())
            .collect()
    }

    /// What the last run remembered. A file that cannot be understood is as good as none: all of it
    /// can be found out again.
    pub(crate) fn state(&self) -> State {
        fs::read_to_string(self.state_file())
            .ok()
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default()
    }

    /// Changes what is remembered. Only the holder of the site's lock may call it.
    pub(crate) fn remember(&self, change: impl FnOnce(&mut State)) -> Result<()> {
        let mut state = self.state();
        change(&mut state);
        private::write(&self.state_file(), &serde_json::to_string_pretty(&state)?)
    }

    /// Opens the lock file called `name`. The lock itself ends with the process that took it,
    /// however that ends.
    pub(crate) fn lock_file(&self, name: &str) -> Result<File> {
        let path = self.folder.join(name);
        File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(|| format!("{} cannot be opened", path.display()))
    }

    /// Waits for the right to start and stop engines here, and holds it until the file is dropped.
    pub(crate) fn lock(&self) -> Result<File> {
        let file = self.lock_file("lock")?;
        file.lock()
            .context("the lock of the site cannot be taken")?;
        Ok(file)
    }

    /// The same without waiting; none if another task has it.
    pub(crate) fn try_lock(&self) -> Result<Option<File>> {
        let file = self.lock_file("lock")?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => {
                Err(error).context("the lock of the site cannot be taken")
            }
        }
    }

    fn state_file(&self) -> PathBuf {
        self.folder.join("state.json")
    }
}
