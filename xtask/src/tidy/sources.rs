//! The rules of single source files.

use super::rust::{self, Line};
use super::violation::Violation;

/// A file is read in one go; longer than this it is two files.
const LONGEST: usize = 400;

/// Words that say "not finished". Written in halves, because this file is held to the rule too.
const UNFINISHED: [&str; 3] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("X", "XX"),
];

/// Ends of type names that say nothing of what the type is.
const EMPTY_SUFFIXES: [&str; 5] = ["Manager", "Service", "Helper", "Impl", "Utils"];

/// Names of modules in which anything could be.
const EMPTY_MODULES: [&str; 6] = ["common", "helper", "helpers", "misc", "util", "utils"];

/// Calls that ask the machine for time or ids, which is for the ports to do.
const TIME_AND_IDS: [&str; 5] = [
    "Utc::now",
    "Local::now",
    "SystemTime::now",
    "Uuid::new_v4",
    "Uuid::now_v7",
];

/// Who may call them: the adapter behind the ports, and what stands in for it in tests.
const KEEPERS_OF_TIME: [&str; 2] = ["crates/adapters-system/", "crates/test-support/"];

/// The door, and the files of it that put it together with the adapters.
const DOOR: &str = "crates/api-actix/src/";
const COMPOSITION: [&str; 3] = ["main.rs", "wiring", "cli"];

/// What is wrong with one line.
type Complaint = Option<String>;

/// Checks a file of Rust.
pub(crate) fn check_rust(path: &str, source: &str) -> Vec<Violation> {
    let lines = rust::split(source);
    let rules: [fn(&str, &Line) -> Complaint; 7] = [
        unfinished,
        silenced,
        ignored,
        empty_name,
        asks_the_machine,
        names_an_adapter,
        counts_rows_away,
    ];
    let mut found = check_file(path, source);
    found.extend(unprepared(path, &lines));
    for (number, line) in (1..).zip(&lines) {
        let complaints = rules.iter().filter_map(|rule| rule(path, line));
        found.extend(complaints.map(|complaint| Violation::new(path, number, complaint)));
    }
    found
}

/// Checks a script that Rust code sends elsewhere: SQL or Lua.
pub(crate) fn check_script(path: &str, source: &str) -> Vec<Violation> {
    let whole = |line: &str| Line {
        code: String::new(),
        comment: line.to_owned(),
        text: line.to_owned(),
    };
    let mut found = Vec::new();
    for (number, line) in (1..).zip(source.lines().map(whole)) {
        let complaints = [unfinished(path, &line), counts_rows_away(path, &line)];
        let complaints = complaints.into_iter().flatten();
        found.extend(complaints.map(|complaint| Violation::new(path, number, complaint)));
    }
    found
}

/// What is wrong with the file as a whole.
fn check_file(path: &str, source: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    let length = source.lines().count();
    if length > LONGEST && !path.ends_with("/schema.rs") {
        let rule = format!("the file has {length} lines, {LONGEST} are allowed: split it");
        found.push(Violation::new(path, LONGEST + 1, rule));
    }
    let mut names = path.trim_end_matches(".rs").split('/');
    if !is_test(path)
        && let Some(name) = names.find(|name| EMPTY_MODULES.contains(name))
    {
        found.push(Violation::new(path, 1, empty_module(name)));
    }
    found
}

/// A row that writes DEFAULT where a value is missing makes another statement each time, which diesel then prepares never:
/// the database parses and plans it anew for every row.
fn unprepared(path: &str, lines: &[Line]) -> Option<Violation> {
    let count = |parts: [&str; 2]| {
        let has_all = |line: &&Line| parts.iter().all(|part| line.code.contains(part));
        lines.iter().filter(has_all).count()
    };
    let derived = count(["derive(", "Insertable"]);
    let kept = count(["treat_none_as_default_value", "= false"]);
    (kept < derived).then(|| {
        let rule = format!(
            "{derived} rows derive Insertable, {kept} say treat_none_as_default_value = false: the others are never prepared"
        );
        Violation::new(path, 1, rule)
    })
}

fn unfinished(_: &str, line: &Line) -> Complaint {
    let mark = UNFINISHED
        .iter()
        .find(|mark| words(&line.comment).any(|word| word == **mark));
    if let Some(mark) = mark {
        return Some(format!("{mark} is left: finish it or open an issue"));
    }
    let calls = ["todo!", "unimplemented!"];
    let call = calls.iter().find(|call| mentions(&line.code, call));
    call.map(|call| format!("{call} is left: finish it"))
}

fn silenced(_: &str, line: &Line) -> Complaint {
    let silent = ["#[allow(", "#![allow("];
    silent
        .iter()
        .any(|attribute| line.code.contains(attribute))
        .then(|| "a lint is silenced by #[expect(…, reason = \"…\")] only".to_owned())
}

fn ignored(_: &str, line: &Line) -> Complaint {
    let ignored = line.code.contains("#[ignore");
    ignored.then(|| "a test that does not run is no test: repair or remove it".to_owned())
}

fn empty_name(path: &str, line: &Line) -> Complaint {
    let mut words = words(&line.code);
    while let Some(keyword) = words.next() {
        match keyword {
            "struct" | "enum" | "trait" => {
                let name = words.next()?;
                let suffix = EMPTY_SUFFIXES.iter().find(|end| name.ends_with(**end))?;
                return Some(format!(
                    "`{suffix}` in `{name}` says nothing: name what it is"
                ));
            }
            "mod" if !is_test(path) => {
                let name = words.next()?;
                return EMPTY_MODULES.contains(&name).then(|| empty_module(name));
            }
            _ => {}
        }
    }
    None
}

fn asks_the_machine(path: &str, line: &Line) -> Complaint {
    if KEEPERS_OF_TIME
        .iter()
        .any(|keeper| path.starts_with(keeper))
    {
        return None;
    }
    let call = TIME_AND_IDS
        .iter()
        .find(|call| mentions(&line.code, call))?;
    Some(format!(
        "{call}: time and ids come from their ports, only adapters-system asks for them"
    ))
}

fn names_an_adapter(path: &str, line: &Line) -> Complaint {
    let inside = path.strip_prefix(DOOR)?;
    if COMPOSITION.iter().any(|place| inside.starts_with(place)) {
        return None;
    }
    let adapter = words(&line.code).find(|word| word.starts_with("adapters_"))?;
    Some(format!(
        "{adapter} is named outside of main.rs, wiring and cli: ask for the port instead"
    ))
}

fn counts_rows_away(path: &str, line: &Line) -> Complaint {
    if !path.starts_with("crates/adapters-postgres/src/") {
        return None;
    }
    let said = words(&line.text).any(|word| word == "OFFSET");
    (said || line.code.contains(".offset("))
        .then(|| "OFFSET reads all it leaves out: a list is a keyset page".to_owned())
}

fn empty_module(name: &str) -> String {
    format!("a module called `{name}` can hold anything: name what is in it")
}

/// Whether `path` lies in the tests of a crate.
fn is_test(path: &str) -> bool {
    path.split('/').any(|folder| folder == "tests")
}

/// The words of `line`, as Rust and SQL see them.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
}

/// Whether `code` holds `call` and not only a longer name that ends or begins with it.
fn mentions(code: &str, call: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.match_indices(call).any(|(at, _)| {
        let before = code.get(..at).and_then(|before| before.chars().next_back());
        let after = code
            .get(at + call.len()..)
            .and_then(|after| after.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

#[cfg(test)]
#[path = "sources_tests.rs"]
mod tests;
