//! The clone that a task works on.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::digest;

/// What `cargo run` sets for this program and must not reach the cargo that we start: build
/// scripts watch some of these, and would be run again for every other caller.
const SET_BY_CARGO_RUN: [&str; 4] = [
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_BIN_NAME",
    "CARGO_CRATE_NAME",
];

/// The root of one clone. Everything private to it lives under `.local`, so that two clones side by
/// side share nothing.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// Finds the workspace that the current directory lies in.
    pub(crate) fn find() -> Result<Self> {
        let here = env::current_dir().context("the current directory cannot be read")?;
        for directory in here.ancestors() {
            let manifest = directory.join("Cargo.toml");
            if directory.join("xtask").is_dir()
                && fs::read_to_string(&manifest).is_ok_and(|text| text.contains("[workspace]"))
            {
                let root = directory.to_path_buf();
                return Ok(Self { root });
            }
        }
        bail!("{} is not inside a clone of ScriptHub", here.display())
    }

    /// The top folder of the clone.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of everything that is private to this clone and not committed.
    pub(crate) fn local(&self) -> PathBuf {
        self.root.join(".local")
    }

    /// The folder of the migrations.
    pub(crate) fn migrations(&self) -> PathBuf {
        self.root.join("migrations")
    }

    /// Eight hex digits that tell this clone from others on the machine.
    pub(crate) fn tag(&self) -> String {
        let mut digits = digest::sha256_hex(self.root.as_os_str().as_encoded_bytes());
        digits.truncate(8);
        digits
    }

    /// A cargo command in this clone, free of what `cargo run` set for ourselves.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.root);
        for name in SET_BY_CARGO_RUN {
            command.env_remove(name);
        }
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("CARGO_PKG_") {
                command.env_remove(name);
            }
        }
        command
    }
}
