//! A broken rule, and where.

use std::fmt::{self, Display, Formatter};

/// A broken rule. Its text is what editors and terminals turn into a link.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    path: String,
    line: usize,
    rule: String,
}

impl Violation {
    /// `rule` is broken in `line` (from 1 on) of `path`.
    pub(crate) fn new(path: &str, line: usize, rule: impl Display) -> Self {
        Self {
            path: path.to_owned(),
            line,
            rule: rule.to_string(),
        }
    }
}

impl Display for Violation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { path, line, rule } = self;
        write!(f, "{path}:{line}: {rule}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_names_its_place_first() {
        let violation = Violation::new("a/b.rs", 7, "no");
        assert_eq!(violation.to_string(), "a/b.rs:7: no");
    }
}
