//! Each rule can be broken, and is not broken by what only looks like it.

use super::*;

const PLACE: &str = "crates/domain/src/x.rs";

/// What `check_rust` says of one line, without its place.
fn said(path: &str, source: &str) -> Vec<String> {
    let prefix = format!("{path}:1: ");
    check_rust(path, source)
        .iter()
        .map(|violation| violation.to_string().replace(&prefix, ""))
        .collect()
}

fn is_refused(path: &str, source: &str, because: &str) {
    let said = said(path, source);
    assert_eq!(said.len(), 1, "{source}: {said:?}");
    assert!(said[0].contains(because), "{source}: {said:?}");
}

fn is_fine(path: &str, source: &str) {
    assert_eq!(said(path, source), Vec::<String>::new(), "{source}");
}

#[test]
fn a_file_that_is_too_long_is_refused() {
    let allowed = "x();\n".repeat(LONGEST);
    is_fine(PLACE, &allowed);
    let longer = format!("{allowed}x();\n");
    let found = check_rust(PLACE, &longer);
    let place = format!("{PLACE}:401: ");
    assert!(found[0].to_string().starts_with(&place), "{found:?}");
    is_fine("crates/adapters-postgres/src/schema.rs", &longer);
}

#[test]
fn unfinished_work_is_refused() {
    for mark in UNFINISHED {
        is_refused(PLACE, &format!("x(); // {mark}: later"), mark);
        is_fine(PLACE, &format!("x(); // {mark}S"));
    }
    is_refused(PLACE, "    todo!()", "todo!");
    is_refused(PLACE, "    unimplemented!(\"x\")", "unimplemented!");
    is_fine(PLACE, "say(\"todo!\"); // todo! is refused");
}

#[test]
fn a_silenced_lint_is_refused() {
    is_refused(PLACE, "#[allow(dead_code)]", "#[expect(");
    is_refused(PLACE, "#![allow(dead_code)]", "#[expect(");
    is_fine(
        PLACE,
        "#[expect(dead_code, reason = \"#[allow( is refused\")]",
    );
}

#[test]
fn an_ignored_test_is_refused() {
    is_refused(PLACE, "#[ignore]", "does not run");
    is_refused(PLACE, "#[ignore = \"slow\"]", "does not run");
}

#[test]
fn a_type_or_module_that_is_called_nothing_is_refused() {
    is_refused(PLACE, "pub struct UserManager {", "`Manager`");
    is_refused(PLACE, "pub(crate) trait Service {", "`Service`");
    is_refused(PLACE, "enum DateUtils {}", "`Utils`");
    is_refused(PLACE, "mod utils;", "`utils`");
    is_refused("crates/domain/src/helpers.rs", "", "`helpers`");
    is_refused("crates/domain/src/common/x.rs", "", "`common`");
    is_fine(
        PLACE,
        "struct ServiceUnavailable; fn struct_service(x: Impl) {}",
    );
    is_fine("crates/domain/tests/ports/common.rs", "mod common;");
}

#[test]
fn asking_the_machine_for_time_or_ids_is_refused() {
    for call in TIME_AND_IDS {
        let source = format!("let x = chrono::{call}();");
        is_refused(PLACE, &source, "ports");
        is_fine("crates/adapters-system/src/lib.rs", &source);
        is_fine("crates/test-support/src/lib.rs", &source);
    }
    is_fine(PLACE, "let x = self.clock.now(); // not Utc::now");
    is_fine(PLACE, "let x = FakeUtc::nowhere();");
}

#[test]
fn an_adapter_behind_the_door_is_refused() {
    let source = "use adapters_redis::Pool;";
    is_refused("crates/api-actix/src/routes/x.rs", source, "adapters_redis");
    for place in ["main.rs", "wiring.rs", "wiring/mail.rs", "cli/admin.rs"] {
        is_fine(&format!("crates/api-actix/src/{place}"), source);
    }
    is_fine("crates/api-actix/tests/x.rs", source);
}

#[test]
fn an_offset_is_refused() {
    let place = "crates/adapters-postgres/src/x.rs";
    is_refused(place, "sql(\"SELECT 1 LIMIT 1 OFFSET 2\")", "keyset");
    is_refused(place, "users.limit(1).offset(2)", "keyset");
    is_fine(place, "let offset = 1; // OFFSET");
    is_fine(PLACE, "sql(\"OFFSET\")");
    let query = check_script("crates/adapters-postgres/src/x.sql", "SELECT 1\nOFFSET 1");
    assert_eq!(query.len(), 1);
}

#[test]
fn unfinished_work_in_a_script_is_refused() {
    let mark = UNFINISHED[0];
    let found = check_script("crates/x/src/x.lua", &format!("-- fine\n-- {mark}"));
    assert_eq!(found.len(), 1);
    assert!(found[0].to_string().starts_with("crates/x/src/x.lua:2: "));
}

#[test]
fn a_row_that_is_never_prepared_is_refused() {
    is_refused(PLACE, "#[derive(Debug, Insertable)]", "never prepared");
    is_fine(
        PLACE,
        "#[derive(Insertable)] #[diesel(table_name = x, treat_none_as_default_value = false)]",
    );
}
