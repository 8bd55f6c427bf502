//! What cargo knows of the workspace.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process::finish_quietly;
use crate::workspace::Workspace;

/// The workspace as `cargo metadata` tells it.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    /// The crates of the workspace.
    pub(crate) packages: Vec<Package>,
    target_directory: PathBuf,
}

/// One crate of the workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Its `Cargo.toml`.
    pub(crate) manifest_path: PathBuf,
    /// What it asks for.
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a `[dependencies]` table.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    /// The crate asked for.
    pub(crate) name: String,
    /// `dev`, `build`, or nothing for a normal one.
    pub(crate) kind: Option<String>,
    /// Whether a feature must ask for it.
    #[serde(default)]
    pub(crate) optional: bool,
    /// The features asked for.
    #[serde(default)]
    pub(crate) features: Vec<String>,
}

impl Metadata {
    /// Asks cargo.
    pub(crate) fn read(workspace: &Workspace) -> Result<Self> {
        let mut command = workspace.cargo();
        let text =
            finish_quietly(command.args(["metadata", "--format-version", "1", "--no-deps"]))?;
        serde_json::from_str(&text).context("the answer of cargo metadata is not understood")
    }

    /// Where the debug build of the program `name` lies.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.target_directory.join("debug").join(name)
    }
}

impl Dependency {
    /// Whether only tests ask for it.
    pub(crate) fn is_for_tests(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }
}
