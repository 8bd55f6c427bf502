//! x
use std::path::{Path, PathBuf};
pub(crate) async fn postgres(_d: &Path) -> anyhow::Result<Option<PathBuf>> {
    Ok(None)
}
pub(crate) async fn redis(_d: &Path) -> anyhow::Result<Option<PathBuf>> {
    Ok(None)
}
