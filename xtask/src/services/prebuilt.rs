//! Prebuilt servers from the npm and pip registries, pinned and checked by `assets.lock`.

use std::env::consts::{ARCH, OS};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::binaries::is_in_path;
use crate::digest;
use crate::process::finish_quietly;
use crate::report::say;

const LOCK: &str = include_str!("../../assets.lock");

/// A row of the lock file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asset {
    engine: String,
    system: String,
    machine: String,
    client: String,
    package: String,
    version: String,
    platform: String,
    digest: String,
    programs: PathBuf,
}

/// A link that npm packages cannot hold and list instead.
#[derive(Debug, Deserialize)]
struct Link {
    source: PathBuf,
    target: PathBuf,
}

/// The folder with the programs of a prebuilt PostgreSQL below `dist`; none if there is no client
/// to fetch it with.
pub(crate) fn postgres(dist: &Path) -> Result<Option<PathBuf>> {
    obtain("postgres", dist)
}

/// A prebuilt `valkey-server` below `dist`; none if there is no client to fetch it with.
pub(crate) fn redis(dist: &Path) -> Result<Option<PathBuf>> {
    Ok(obtain("redis", dist)?.map(|folder| folder.join("valkey-server")))
}

/// The prebuilt `weed` (`SeaweedFS`) below `dist`; none if there is no client to fetch it with.
pub(crate) fn object_store(dist: &Path) -> Result<Option<PathBuf>> {
    Ok(obtain("seaweedfs", dist)?.map(|folder| folder.join("weed")))
}

fn obtain(engine: &str, dist: &Path) -> Result<Option<PathBuf>> {
    for asset in assets()? {
        if !asset.suits(engine, OS, ARCH) {
            continue;
        }
        let home = dist.join(format!("{engine}-{}", asset.version));
        let programs = home.join(&asset.programs);
        if programs.is_dir() {
            return Ok(Some(programs));
        }
        if !asset.has_client() {
            continue;
        }
        let Asset {
            client,
            package,
            version,
            ..
        } = &asset;
        say(
            engine,
            format_args!("no server here: {client} fetches {package} {version} into .local"),
        );
        match asset.fetch(dist, &home) {
            Ok(()) => return Ok(Some(programs)),
            Err(error) => say(engine, format_args!("{error:#}")),
        }
    }
    Ok(None)
}

impl Asset {
    fn parse(row: &str) -> Option<Self> {
        let mut words = row.split_whitespace().map(str::to_owned);
        Some(Self {
            engine: words.next()?,
            system: words.next()?,
            machine: words.next()?,
            client: words.next()?,
            package: words.next()?,
            version: words.next()?,
            platform: words.next()?,
            digest: words.next()?,
            programs: words.next()?.into(),
        })
    }

    fn suits(&self, engine: &str, system: &str, machine: &str) -> bool {
        self.engine == engine && self.system == system && self.machine == machine
    }

    fn has_client(&self) -> bool {
        match self.client.as_str() {
            "npm" => is_in_path("npm") && is_in_path("tar"),
            _ => finish_quietly(Command::new("python3").args(["-m", "pip", "--version"])).is_ok(),
        }
    }

    /// Downloads, checks and unpacks into `home`, which appears only when it is whole.
    fn fetch(&self, dist: &Path, home: &Path) -> Result<()> {
        let draft = dist.join(format!("draft-{}", self.engine));
        if draft.exists() {
            fs::remove_dir_all(&draft).context("the remains of a download cannot be removed")?;
        }
        let download = draft.join("download");
        let unpacked = draft.join("unpacked");
        fs::create_dir_all(&download).context("no folder for the download")?;
        fs::create_dir_all(&unpacked).context("no folder for the download")?;
        finish_quietly(&mut self.download_command(&download))?;
        let archive = only_file(&download)?;
        self.check(&fs::read(&archive).context("the download cannot be read")?)?;
        self.unpack(&archive, &unpacked)?;
        fs::rename(&unpacked, home).context("the server cannot be moved to its place")?;
        fs::remove_dir_all(&draft).context("the download cannot be removed")
    }

    fn download_command(&self, folder: &Path) -> Command {
        let Self {
            package,
            version,
            platform,
            ..
        } = self;
        if self.client == "npm" {
            let mut npm = Command::new("npm");
            npm.arg("pack")
                .arg(format!("{package}@{version}"))
                .arg("--pack-destination");
            npm.arg(folder).current_dir(folder);
            return npm;
        }
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "download", "--no-deps", "--only-binary=:all:"])
            .args(["--python-version", "3.11", "--implementation", "cp"])
            .args(["--abi", "cp311", "--abi", "none", "--platform", platform])
            .arg(format!("{package}=={version}"))
            .arg("--dest")
            .arg(folder);
        pip
    }

    fn check(&self, bytes: &[u8]) -> Result<()> {
        let found = match self.digest.split_once(':') {
            Some(("sha512", _)) => format!("sha512:{}", digest::sha512_hex(bytes)),
            _ => format!("sha256:{}", digest::sha256_hex(bytes)),
        };
        if found != self.digest {
            bail!(
                "{} {} is not the pinned file: {found}",
                self.package,
                self.version
            );
        }
        Ok(())
    }

    fn unpack(&self, archive: &Path, into: &Path) -> Result<()> {
        let mut command = if self.client == "npm" {
            let mut tar = Command::new("tar");
            tar.arg("-xzf").arg(archive).arg("-C").arg(into);
            tar
        } else {
            let mut python = Command::new("python3");
            python.args(["-m", "zipfile", "-e"]).arg(archive).arg(into);
            python
        };
        finish_quietly(&mut command)?;
        let programs = into.join(&self.programs);
        restore_links(&into.join("package"))?;
        // Wheels lose the permission to run.
        for entry in fs::read_dir(&programs).context("the archive holds no programs")? {
            let path = entry?.path();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))
                .with_context(|| format!("{} cannot be made to run", path.display()))?;
        }
        Ok(())
    }
}

fn assets() -> Result<Vec<Asset>> {
    LOCK.lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| Asset::parse(line).with_context(|| format!("assets.lock: {line}")))
        .collect()
}

fn only_file(folder: &Path) -> Result<PathBuf> {
    let entry = fs::read_dir(folder)?
        .next()
        .context("nothing was downloaded")?;
    Ok(entry?.path())
}

/// Makes the links that the package lists in `native/pg-symlinks.json`.
fn restore_links(package: &Path) -> Result<()> {
    let Ok(text) = fs::read_to_string(package.join("native/pg-symlinks.json")) else {
        return Ok(());
    };
    let links: Vec<Link> = serde_json::from_str(&text).context("pg-symlinks.json")?;
    for Link { source, target } in links {
        // Source and target are siblings; a relative link survives the move of the folder.
        let name = source.file_name().context("a link to nothing")?;
        let link = package.join(&target);
        if fs::symlink_metadata(&link).is_err() {
            symlink(name, &link).with_context(|| format!("{} cannot be made", link.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_lock_is_whole_and_pinned() {
        let assets = assets().unwrap();
        assert!(
            assets
                .iter()
                .any(|asset| asset.suits("postgres", "linux", "x86_64"))
        );
        assert!(
            assets
                .iter()
                .any(|asset| asset.suits("redis", "linux", "x86_64"))
        );
        for asset in assets {
            let (algorithm, hex) = asset.digest.split_once(':').unwrap();
            let length = if algorithm == "sha512" { 128 } else { 64 };
            assert_eq!(hex.len(), length, "{asset:?}");
        }
    }

    #[test]
    fn a_file_that_is_not_the_pinned_one_is_refused() {
        let asset = assets().unwrap().remove(0);
        assert!(asset.check(b"something else").is_err());
    }

    #[test]
    fn a_row_with_a_missing_word_is_no_row() {
        assert_eq!(Asset::parse("postgres linux x86_64 npm"), None);
    }
}
