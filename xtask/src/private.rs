//! Files that only their owner may read, and the secrets kept in them.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, Result};

use crate::digest;

/// Makes `path` a folder that nobody else can enter; its parents too where they are missing.
pub(crate) fn create_folder(path: &Path) -> Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("{} cannot be created", path.display()))
}

/// Replaces `path` with `text` in one step, readable by its owner only.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    let context = || format!("{} cannot be written", path.display());
    let draft = path.with_extension("draft");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)
        .with_context(context)?;
    // The draft may be left from a killed run, with other permissions.
    file.set_permissions(fs::Permissions::from_mode(0o600))
        .with_context(context)?;
    file.write_all(text.as_bytes()).with_context(context)?;
    drop(file);
    fs::rename(&draft, path).with_context(context)
}

/// The secret kept in `path`; a fresh one is made at the first call.
pub(crate) fn remembered_secret(path: &Path) -> Result<String> {
    if let Ok(kept) = fs::read_to_string(path) {
        let kept = kept.trim();
        if !kept.is_empty() {
            return Ok(kept.to_owned());
        }
    }
    let fresh = random_hex()?;
    write(path, &fresh)?;
    Ok(fresh)
}

/// 160 random bits in hex: safe in a URL, in SQL and in a configuration file without any quoting.
fn random_hex() -> Result<String> {
    let mut bytes = [0_u8; 20];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .context("/dev/urandom cannot be read")?;
    Ok(digest::hex(&bytes))
}

/// The last `lines` lines of the file at `path`; nothing if it cannot be read.
pub(crate) fn tail(path: &Path, lines: usize) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let all: Vec<&str> = text.lines().collect();
    let from = all.len().saturating_sub(lines);
    all.get(from..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_and_kept_from_others() {
        let folder = std::env::temp_dir().join(format!("xtask-private-{}", std::process::id()));
        create_folder(&folder).unwrap();
        let path = folder.join("secret");
        let first = remembered_secret(&path).unwrap();
        assert_eq!(first.len(), 40);
        assert_eq!(remembered_secret(&path).unwrap(), first);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(tail(&path, 1), first);
        fs::remove_dir_all(&folder).unwrap();
    }
}
