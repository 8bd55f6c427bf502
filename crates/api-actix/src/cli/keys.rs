//! `scripthub keys …`: the keys that the server needs.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use adapters_crypto::{JwtKeys, KeyFileError, new_secret_key, write_new_key};
use adapters_system::SystemClock;
use anyhow::{Context, Result, anyhow};
use clap::Subcommand;
use domain::port::clock::Clock;

use super::tell;

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub(super) enum Act {
    /// Make what is missing in a folder: `secret_key`, for `SECRET_KEY_FILE`, and a key in `jwt/`, for `JWT_KEYS_DIR`
    ///
    /// What is there already is left as it is, so it is safe to run before every start.
    Generate {
        /// The folder
        #[arg(long, value_name = "FOLDER")]
        dir: PathBuf,
    },
    /// Add a newer key for access tokens to the `jwt/` of a folder; running servers use it after SIGHUP
    ///
    /// Older keys go on verifying until their files are removed: wait for `ACCESS_TOKEN_TTL` before you do.
    Rotate {
        /// The folder
        #[arg(long, value_name = "FOLDER")]
        dir: PathBuf,
    },
}

pub(super) fn perform(act: &Act) -> Result<()> {
    match act {
        Act::Generate { dir } => {
            make_secret(&dir.join("secret_key"))?;
            match JwtKeys::read(&dir.join("jwt")) {
                Ok(_keys) => Ok(()),
                Err(KeyFileError::Empty(_)) => add_key(dir),
                Err(KeyFileError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
                    add_key(dir)
                }
                Err(error) => Err(error.into()),
            }
        }
        Act::Rotate { dir } => add_key(dir),
    }
}

fn make_secret(path: &Path) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    let told = || format!("{} cannot be written", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(told)?;
    }
    let key = new_secret_key().map_err(|error| anyhow!(error))?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).with_context(told)?;
    writeln!(file, "{}", key.expose()).with_context(told)?;
    tell(&format!("made {}", path.display()))
}

/// Keys are named by the time of their making, so that the newest is the last by name.
fn add_key(folder: &Path) -> Result<()> {
    let kid = SystemClock.now().format("%Y%m%dT%H%M%S%6f").to_string();
    let path = write_new_key(&folder.join("jwt"), &kid)?;
    tell(&format!("made {}", path.display()))
}
