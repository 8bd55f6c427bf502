//! The folder of the Unix sockets. Their paths must stay under 108 bytes, which `.local` of a deep
//! clone does not.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::account::Account;

/// Room for `/.s.PGSQL.65535.lock` behind the folder.
const LONGEST: usize = 85;

/// Makes the folder for the sockets of the site called `tag`, which only `account` can enter.
pub(crate) fn folder(tag: &str, account: &Account) -> Result<PathBuf> {
    let name = format!("scripthub-{tag}");
    let runtime = env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute() && account.owns(folder))
        .map(|folder| folder.join(&name))
        .filter(|folder| folder.as_os_str().len() <= LONGEST);
    let folder = runtime.unwrap_or_else(|| Path::new("/tmp").join(&name));
    if !folder.exists() {
        account.create_folder(&folder)?;
    }
    // Anybody may make folders in /tmp: what is not ours is not used.
    if !account.owns(&folder) {
        bail!("{} belongs to somebody else; remove it", folder.display());
    }
    Ok(folder)
}
