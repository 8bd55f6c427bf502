//! Server binaries that are already on the machine.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::account::Account;
use crate::process::finish_quietly;

/// The oldest PostgreSQL that the platform supports.
const OLDEST_MAJOR: u32 = 14;

/// Folders of installations that are often not in `PATH`; `*` stands for any text in one name.
const POSTGRES_PLACES: [&str; 6] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
];

const REDIS_PLACES: [&str; 4] = [
    "/usr/bin",
    "/opt/homebrew/bin",
    "/usr/local/bin",
    "/home/linuxbrew/.linuxbrew/bin",
];

/// One installation of PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PostgresBinaries {
    folder: PathBuf,
    major: u32,
}

impl PostgresBinaries {
    /// The installation in `folder`, if it is complete, not too old, and `account` can run it.
    pub(crate) fn at(folder: &Path, account: &Account) -> Option<Self> {
        let complete = ["initdb", "pg_ctl", "postgres"]
            .iter()
            .all(|name| folder.join(name).is_file());
        if !complete {
            return None;
        }
        let mut ask = account.command(&folder.join("postgres"), Path::new("/"));
        let major = major_of(&finish_quietly(ask.arg("--version")).ok()?)?;
        let folder = folder.to_path_buf();
        (major >= OLDEST_MAJOR).then_some(Self { folder, major })
    }

    /// The program called `name`.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The major version.
    pub(crate) fn major(&self) -> u32 {
        self.major
    }

    /// Where it is installed.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Finds PostgreSQL. A cluster made by one major version is read by no other, so `made_by` comes
/// first, then what the `PATH` names, then the newest.
pub(crate) fn find_postgres(account: &Account, made_by: Option<u32>) -> Option<PostgresBinaries> {
    let in_path = folders_in_path()
        .into_iter()
        // Debian and Homebrew link single programs: the others lie beside the link's target.
        .filter_map(|folder| fs::canonicalize(folder.join("pg_ctl")).ok())
        .filter_map(|program| program.parent().map(Path::to_path_buf))
        .find_map(|folder| PostgresBinaries::at(&folder, account));
    let mut installed: Vec<_> = POSTGRES_PLACES
        .iter()
        .flat_map(|pattern| expand(pattern))
        .filter_map(|folder| PostgresBinaries::at(&folder, account))
        .collect();
    installed.sort_by_key(|found| std::cmp::Reverse(found.major));
    let candidates: Vec<_> = in_path.into_iter().chain(installed).collect();
    candidates
        .iter()
        .find(|found| Some(found.major) == made_by)
        .or_else(|| candidates.first())
        .cloned()
}

/// Finds `redis-server` or `valkey-server`.
pub(crate) fn find_redis() -> Option<PathBuf> {
    let mut folders = folders_in_path();
    folders.extend(REDIS_PLACES.iter().map(PathBuf::from));
    ["redis-server", "valkey-server"].iter().find_map(|name| {
        folders
            .iter()
            .map(|folder| folder.join(name))
            .find(|program| {
                program.is_file() && finish_quietly(Command::new(program).arg("--version")).is_ok()
            })
    })
}

/// Whether `name` is a program in the `PATH`.
pub(crate) fn is_in_path(name: &str) -> bool {
    folders_in_path()
        .iter()
        .any(|folder| folder.join(name).is_file())
}

fn folders_in_path() -> Vec<PathBuf> {
    env::var_os("PATH")
        .map(|path| env::split_paths(&path).collect())
        .unwrap_or_default()
}

/// The folders that `pattern` stands for; it has at most one `*`, within one name.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else {
        return vec![PathBuf::from(pattern)];
    };
    let (parent, prefix) = before.rsplit_once('/').unwrap_or((".", before));
    let rest = after.trim_start_matches('/');
    let parent = if parent.is_empty() { "/" } else { parent };
    let Ok(entries) = fs::read_dir(parent) else {
        return Vec::new();
    };
    entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path().join(rest))
        .collect()
}

/// The major version in the answer to `postgres --version`.
fn major_of(answer: &str) -> Option<u32> {
    let version = answer
        .split_whitespace()
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_every_kind_of_answer() {
        assert_eq!(
            major_of("postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)"),
            Some(15)
        );
        assert_eq!(major_of("postgres (PostgreSQL) 19beta1"), Some(19));
        assert_eq!(major_of("no number"), None);
    }

    #[test]
    fn a_pattern_stands_for_what_is_there() {
        assert!(expand("/us*/bin").contains(&PathBuf::from("/usr/bin")));
        assert!(expand("/nowhere-at-all/*/bin").is_empty());
    }
}
