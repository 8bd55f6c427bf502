//! The rules of the migrations.

use std::collections::BTreeSet;

use super::constraints;
use super::sources;
use super::violation::Violation;

/// Every migration can be taken back: among `files` each folder holds both ways.
pub(crate) fn check_pairs(files: &[String]) -> Vec<Violation> {
    let folders: BTreeSet<&str> = files
        .iter()
        .filter(|path| path.starts_with("migrations/"))
        .filter_map(|path| path.rsplit_once('/'))
        .map(|(folder, _)| folder)
        .filter(|folder| folder.contains('/'))
        .collect();
    let mut found = Vec::new();
    for folder in folders {
        for way in ["up.sql", "down.sql"] {
            let path = format!("{folder}/{way}");
            if !files.contains(&path) {
                found.push(Violation::new(&path, 1, "a migration goes up and down"));
            }
        }
    }
    found
}

/// Checks one file of a migration.
pub(crate) fn check_sql(path: &str, source: &str) -> Vec<Violation> {
    let mut found = sources::check_script(path, source);
    for unnamed in constraints::unnamed(source) {
        let rule = format!(
            "{} without a CONSTRAINT name before it: adapters match on the name",
            unnamed.keyword
        );
        found.push(Violation::new(path, unnamed.line, rule));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_without_a_way_back_is_refused() {
        let files = [
            "migrations/1_a/up.sql",
            "migrations/1_a/down.sql",
            "migrations/2_b/up.sql",
        ];
        let found = check_pairs(&files.map(str::to_owned));
        assert_eq!(found.len(), 1);
        assert!(
            found[0]
                .to_string()
                .starts_with("migrations/2_b/down.sql:1: ")
        );
    }

    #[test]
    fn a_constraint_without_a_name_is_refused_with_its_line() {
        let found = check_sql(
            "migrations/1_a/up.sql",
            "CREATE TABLE a (\n    b int UNIQUE\n);",
        );
        assert_eq!(found.len(), 1);
        assert!(
            found[0]
                .to_string()
                .starts_with("migrations/1_a/up.sql:2: UNIQUE ")
        );
    }
}
