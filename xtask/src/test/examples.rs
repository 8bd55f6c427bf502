//! Whether there are examples in the documentation that can be run. Without any, asking cargo for them
//! costs seconds a crate.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::tidy::tree;

/// Words behind the fence of an example that still mean Rust.
const STILL_RUST: [&str; 5] = ["rust", "should_panic", "no_run", "compile_fail", "edition"];

/// Whether the documentation of any crate below `root` holds an example.
pub(crate) fn exist(root: &Path) -> Result<bool> {
    for path in tree::files(root, &["crates", "xtask"])? {
        if let Some((_, "rs")) = path.rsplit_once('.') {
            let text = fs::read_to_string(root.join(&path))
                .with_context(|| format!("{path} cannot be read"))?;
            if has_example(&text) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn has_example(source: &str) -> bool {
    let mut fences = source
        .lines()
        .filter_map(|line| {
            let line = line.trim_start();
            line.strip_prefix("///")
                .or_else(|| line.strip_prefix("//!"))
        })
        .filter_map(|line| line.trim().strip_prefix("```"));
    // Of two fences one opens and one closes.
    while let Some(language) = fences.next() {
        let language = language.trim();
        if language.is_empty() || STILL_RUST.iter().any(|word| language.starts_with(word)) {
            return true;
        }
        fences.next();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_a_fence_that_means_rust() {
        assert!(has_example(
            "/// Adds.\n/// ```\n/// add();\n/// ```\nfn add() {}"
        ));
        assert!(has_example("    //! ```no_run\n    //! x();\n    //! ```"));
        assert!(has_example(
            "/// ```text\n/// a\n/// ```\n/// ```rust\n/// b\n/// ```"
        ));
    }

    #[test]
    fn other_languages_and_ordinary_comments_are_no_examples() {
        assert!(!has_example("/// ```json\n/// {}\n/// ```\nfn a() {}"));
        assert!(!has_example("// ```\n// a();\n// ```"));
        assert!(!has_example("let a = \"```\";"));
    }
}
