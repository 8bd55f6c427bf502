//! Which room may depend on which, and which room owns which library.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::violation::Violation;
use crate::cargo_metadata::{Dependency, Package};

/// Libraries that one room keeps to itself. A library is meant by any word of its name:
/// `diesel` means `diesel-async` too.
const OWNED: [(&str, &str); 8] = [
    ("diesel", "adapters-postgres"),
    ("redis", "adapters-redis"),
    ("actix", "api-actix"),
    ("garde", "api-actix"),
    ("utoipa", "api-actix"),
    ("rand", "adapters-system"),
    ("oauth2", "adapters-oauth"),
    ("openidconnect", "adapters-oauth"),
];

/// All that the domain may use of the world.
const DOMAIN_MAY_USE: [&str; 5] = ["async-trait", "chrono", "mockall", "thiserror", "uuid"];

/// A dependency that breaks a rule.
type Complaint<'a> = (&'a Package, &'a Dependency, String);

/// Checks the dependencies of `packages`, the crates of the workspace at `root`.
pub(crate) fn check(root: &Path, packages: &[Package]) -> Result<Vec<Violation>> {
    complaints(packages)
        .into_iter()
        .map(|(package, dependency, rule)| {
            let manifest = &package.manifest_path;
            let text = fs::read_to_string(manifest)
                .with_context(|| format!("{} cannot be read", manifest.display()))?;
            let path = manifest.strip_prefix(root).unwrap_or(manifest);
            let line = line_of(&text, &dependency.name);
            Ok(Violation::new(&path.to_string_lossy(), line, rule))
        })
        .collect()
}

fn complaints(packages: &[Package]) -> Vec<Complaint<'_>> {
    let is_ours = |name: &str| packages.iter().any(|package| package.name == name);
    let mut found = Vec::new();
    for package in packages {
        for dependency in &package.dependencies {
            let complaint = if is_ours(&dependency.name) {
                wrong_room(package, dependency).or_else(|| wrong_feature(package, dependency))
            } else {
                wrong_library(package, dependency)
            };
            found.extend(complaint.map(|rule| (package, dependency, rule)));
        }
    }
    found
}

/// Why the room of `package` may not depend on the room `dependency`.
fn wrong_room(package: &Package, dependency: &Dependency) -> Option<String> {
    let (room, wanted) = (package.name.as_str(), dependency.name.as_str());
    if wanted == "test-support" {
        return (!dependency.is_for_tests())
            .then(|| format!("{room} may use test-support in [dev-dependencies] only"));
    }
    let allowed = match room {
        "domain" => false,
        "api-actix" => matches!(wanted, "domain" | "application") || is_adapter(wanted),
        "xtask" => matches!(wanted, "domain" | "adapters-postgres"),
        "application" | "test-support" => wanted == "domain",
        _ => is_adapter(room) && wanted == "domain",
    };
    (!allowed).then(|| format!("{room} may not depend on {wanted}: see ARCHITECTURE.md, code map"))
}

/// Why the room of `package` may not ask for these features of ours.
fn wrong_feature(package: &Package, dependency: &Dependency) -> Option<String> {
    let mocks = dependency.features.iter().any(|feature| feature == "mocks");
    let released = !dependency.is_for_tests() && package.name != "test-support";
    (mocks && released).then(|| "mocks must not get into a release".to_owned())
}

/// Why the room of `package` may not use the library `dependency`.
fn wrong_library(package: &Package, dependency: &Dependency) -> Option<String> {
    let (room, library) = (package.name.as_str(), dependency.name.as_str());
    let is_of = |family: &str| library.split(['-', '_']).any(|word| word == family);
    let owner = OWNED.iter().find(|(family, _)| is_of(family));
    // The end-to-end tests look at the engines from outside, and take them away.
    let end_to_end = room == "api-actix" && dependency.is_for_tests();
    if let Some((_, owner)) = owner.filter(|(_, owner)| *owner != room && !end_to_end) {
        return Some(format!(
            "{library} belongs to {owner}; {room} may not use it"
        ));
    }
    if matches!(room, "domain" | "application") && is_of("serde") {
        return Some(format!("{room} knows no format: {library} is for the rim"));
    }
    if dependency.is_for_tests() {
        return None;
    }
    if room == "domain" && !DOMAIN_MAY_USE.contains(&library) {
        return Some(format!(
            "the domain knows rules and nothing else: not {library}"
        ));
    }
    (library == "mockall" && !dependency.optional)
        .then(|| "mockall must not get into a release".to_owned())
}

fn is_adapter(room: &str) -> bool {
    room.starts_with("adapters-")
}

/// The line of `manifest` that asks for `name`, the first line if it cannot be told.
fn line_of(manifest: &str, name: &str) -> usize {
    let is_key = |line: &str| {
        let rest = line.trim_start().trim_start_matches('"');
        rest.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(['.', ' ', '=', '"']))
    };
    let is_table = |line: &str| line.trim_end().ends_with(&format!("dependencies.{name}]"));
    let dependencies = manifest
        .lines()
        .position(|line| line.contains("dependencies]"))
        .unwrap_or(0);
    (1..)
        .zip(manifest.lines())
        .skip(dependencies)
        .find(|(_, line)| is_key(line) || is_table(line))
        .map_or(1, |(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a `room` that asks for `wanted` in the table `kind`.
    fn said(room: &str, wanted: &str, kind: &str, rest: &str) -> Vec<String> {
        let kind = if kind.is_empty() {
            "null".to_owned()
        } else {
            format!("{kind:?}")
        };
        let dependency = format!(r#"{{ "name": {wanted:?}, "kind": {kind} {rest} }}"#);
        let package = |name: &str, dependencies: &str| {
            format!(
                r#"{{ "name": {name:?}, "manifest_path": "/x", "dependencies": [{dependencies}] }}"#
            )
        };
        let others = [
            "domain",
            "application",
            "adapters-postgres",
            "adapters-redis",
            "test-support",
        ]
        .iter()
        .filter(|other| **other != room)
        .map(|other| package(other, ""));
        let all: Vec<String> = others.chain([package(room, &dependency)]).collect();
        let packages: Vec<Package> = serde_json::from_str(&format!("[{}]", all.join(","))).unwrap();
        complaints(&packages)
            .into_iter()
            .map(|(_, _, rule)| rule)
            .collect()
    }

    fn is_refused(room: &str, wanted: &str, kind: &str) {
        assert_eq!(
            said(room, wanted, kind, "").len(),
            1,
            "{room} → {wanted} {kind}"
        );
    }

    fn is_fine(room: &str, wanted: &str, kind: &str) {
        let said = said(room, wanted, kind, "");
        assert!(said.is_empty(), "{room} → {wanted} {kind}: {said:?}");
    }

    #[test]
    fn the_middle_depends_on_nothing_at_the_rim() {
        is_refused("domain", "application", "");
        is_refused("application", "adapters-redis", "");
        is_refused("application", "adapters-redis", "dev");
        is_fine("application", "domain", "");
    }

    #[test]
    fn adapters_know_the_domain_and_not_each_other() {
        is_fine("adapters-smtp", "domain", "");
        is_refused("adapters-smtp", "application", "");
        is_refused("adapters-smtp", "adapters-redis", "");
        is_refused("adapters-smtp", "adapters-redis", "dev");
    }

    #[test]
    fn the_composition_root_and_the_tasks_know_what_they_need() {
        is_fine("api-actix", "adapters-redis", "");
        is_fine("api-actix", "application", "");
        is_fine("xtask", "adapters-postgres", "");
        is_refused("xtask", "adapters-redis", "");
        is_refused("xtask", "application", "");
    }

    #[test]
    fn a_room_that_nobody_knows_may_depend_on_no_room() {
        is_refused("somewhere", "domain", "");
    }

    #[test]
    fn what_is_for_tests_stays_with_tests() {
        is_fine("application", "test-support", "dev");
        is_refused("application", "test-support", "");
        is_refused("application", "mockall", "");
        is_fine("application", "mockall", "dev");
        assert!(said("domain", "mockall", "", r#", "optional": true"#).is_empty());
        let mocks = r#", "features": ["mocks"]"#;
        assert_eq!(said("application", "domain", "", mocks).len(), 1);
        assert!(said("application", "domain", "dev", mocks).is_empty());
        assert!(said("test-support", "domain", "", mocks).is_empty());
    }

    #[test]
    fn a_library_stays_with_its_owner() {
        for (library, owner) in [
            ("diesel-async", "adapters-postgres"),
            ("diesel_migrations", "adapters-postgres"),
            ("bb8-redis", "adapters-redis"),
            ("actix-web", "api-actix"),
            ("garde", "api-actix"),
            ("utoipa-actix-web", "api-actix"),
            ("rand", "adapters-system"),
            ("openidconnect", "adapters-oauth"),
        ] {
            is_fine(owner, library, "");
            is_refused("adapters-memory", library, "");
            is_refused("adapters-memory", library, "dev");
        }
    }

    #[test]
    fn end_to_end_tests_may_look_at_the_engines() {
        is_fine("api-actix", "redis", "dev");
        is_refused("api-actix", "redis", "");
    }

    #[test]
    fn the_middle_knows_no_format_and_no_runtime() {
        is_refused("domain", "serde", "");
        is_refused("application", "serde_json", "dev");
        is_fine("adapters-redis", "serde", "");
        is_refused("domain", "tokio", "");
        is_fine("domain", "proptest", "dev");
        is_fine("domain", "uuid", "");
    }

    #[test]
    fn the_line_of_a_dependency_is_found() {
        let manifest = "[package]\nuuid = 1\n[dependencies]\nuuid-x = 1\nuuid.workspace = true\n\
                        serde = { version = \"1\" }\n[dev-dependencies.tokio]\n";
        assert_eq!(line_of(manifest, "uuid"), 5);
        assert_eq!(line_of(manifest, "serde"), 6);
        assert_eq!(line_of(manifest, "tokio"), 7);
        assert_eq!(line_of(manifest, "other"), 1);
    }
}
