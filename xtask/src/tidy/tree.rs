//! The files of the workspace.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// The paths of all files in `places` below `root`, relative to it and sorted. What is hidden or built
/// is left out.
pub(crate) fn files(root: &Path, places: &[&str]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for place in places {
        walk(root, place, &mut found)?;
    }
    found.sort();
    Ok(found)
}

fn walk(root: &Path, folder: &str, found: &mut Vec<String>) -> Result<()> {
    let entries =
        fs::read_dir(root.join(folder)).with_context(|| format!("{folder} cannot be read"))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("{folder} cannot be read"))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name == "target" {
            continue;
        }
        let path = format!("{folder}/{name}");
        if entry.path().is_dir() {
            walk(root, &path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_at_every_depth_and_builds_are_not() {
        let root = std::env::temp_dir().join(format!("xtask-tree-{}", std::process::id()));
        for folder in ["a/b", "a/target", "a/.hidden"] {
            fs::create_dir_all(root.join(folder)).unwrap();
            fs::write(root.join(folder).join("x.rs"), "").unwrap();
        }
        fs::write(root.join("a/y.rs"), "").unwrap();
        assert_eq!(files(&root, &["a"]).unwrap(), ["a/b/x.rs", "a/y.rs"]);
        fs::remove_dir_all(&root).unwrap();
    }
}
