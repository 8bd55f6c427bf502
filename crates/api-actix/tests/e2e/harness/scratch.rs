//! Folders of single tests.

use std::path::{Path, PathBuf};
use std::{env, fs, thread};

use test_support::services::unique_suffix;

/// A folder that goes with its test; after a failure it stays, and its place is told.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        let folder = env::temp_dir().join(format!("scripthub-e2e-{}", unique_suffix()));
        fs::create_dir_all(&folder).expect("a folder can be made where temporary ones go");
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("what the test left is in {}", self.0.display());
        } else {
            fs::remove_dir_all(&self.0).ok();
        }
    }
}
