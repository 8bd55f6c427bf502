//! The migrations of the platform, as the tasks see them.

use adapters_postgres::migrations;
use anyhow::{Context, Result, bail};

pub(crate) use adapters_postgres::migrations::MigrationState;

use crate::database::without_password;

/// Applies what is not applied yet and answers the names.
pub(crate) async fn run_pending(url: &str) -> Result<Vec<String>> {
    migrations::run_pending(url)
        .await
        .with_context(|| failed("migrate", url))
}

/// Reverts the last one and answers its name.
pub(crate) async fn revert_last(url: &str) -> Result<String> {
    migrations::revert_last(url)
        .await
        .with_context(|| failed("revert", url))
}

/// Reverts the last one, applies it again and answers its name.
pub(crate) async fn redo_last(url: &str) -> Result<String> {
    migrations::redo_last(url)
        .await
        .with_context(|| failed("redo", url))
}

/// All migrations, and which are applied. It connects the way the server does, TLS included.
pub(crate) async fn status(url: &str) -> Result<Vec<MigrationState>> {
    migrations::status(url)
        .await
        .with_context(|| failed("read the migrations of", url))
}

/// Fails unless this program was built with the migrations called `names`.
pub(crate) async fn agree_with_folder(url: &str, names: &[String]) -> Result<()> {
    let built: Vec<String> = status(url)
        .await?
        .into_iter()
        .map(|state| state.name)
        .collect();
    if built != names {
        bail!("xtask was built with other migrations than lie in the folder; run it through cargo");
    }
    Ok(())
}

fn failed(what: &str, url: &str) -> String {
    format!("cannot {what} {}", without_password(url))
}
