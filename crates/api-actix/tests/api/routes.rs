//! No route escapes the document, and with it the matrix: what the sources register is what the document describes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::{Operation, operations};

/// The document's own page is no part of the API that it describes, nor is the page of metrics, which has a port of its own.
const BY_HAND: [(&str, &str); 4] = [
    ("server.rs", ".route(\"/docs\""),
    ("server.rs", ".route(\"/docs/\""),
    ("server.rs", ".default_service(web"),
    ("metrics_page.rs", ".route("),
];

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The routes of attributes such as `#[get("/api/…")]`, however they are broken into lines.
fn attributes(source: &str) -> Vec<Vec<String>> {
    source
        .split("\n#[")
        .skip(1)
        .map(routes_of)
        .filter(|routes| !routes.is_empty())
        .collect()
}

fn routes_of(attribute: &str) -> Vec<String> {
    let attribute = attribute.split(")]").next().unwrap();
    let (verb, arguments) = attribute.split_once('(').unwrap_or((attribute, ""));
    let mut texts = arguments.split('"').skip(1).step_by(2);
    match (verb, texts.next()) {
        ("get" | "post" | "put" | "patch" | "delete" | "head", Some(path)) => {
            vec![format!("{} {path}", verb.to_uppercase())]
        }
        ("route", Some(path)) => texts.map(|method| format!("{method} {path}")).collect(),
        _ => Vec::new(),
    }
}

fn registered() -> BTreeSet<String> {
    let all = sources(&src().join("routes"));
    all.iter()
        .flat_map(|(_, text)| attributes(text))
        .flatten()
        .collect()
}

#[test]
fn every_route_of_the_sources_is_in_the_document_and_the_other_way_round() {
    let documented: BTreeSet<_> = operations().iter().map(Operation::name).collect();
    assert!(documented.len() > 20);
    assert_eq!(registered(), documented);
}

#[test]
fn every_handler_describes_itself() {
    for (path, text) in sources(&src().join("routes")) {
        let described = text.matches("#[utoipa::path(").count();
        assert_eq!(attributes(&text).len(), described, "{}", path.display());
    }
}

#[test]
fn nobody_registers_routes_by_hand_but_the_pages_that_are_no_api() {
    for (path, text) in sources(&src()) {
        for line in text.lines().filter(|line| !line.trim().starts_with("//")) {
            let doors = [
                ".route(\"",
                "web::resource(",
                "web::scope(",
                ".default_service(",
            ];
            let is_door = doors.iter().any(|door| line.contains(door));
            let mut known = BY_HAND.iter();
            let is_known = known.any(|(file, code)| path.ends_with(file) && line.contains(code));
            assert!(!is_door || is_known, "{}: {line}", path.display());
        }
    }
}
