//! `src/schema.rs` is what the migrations make: written by this test when `UPDATE_SCHEMA` is set, else compared.
#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure, and says where"
)]

use std::collections::BTreeMap;
use std::fmt::Write;

use tokio_postgres::Client;

/// What the query builder knows by itself would need no list; these joins do.
const JOINS: &[(&str, &str, &str)] = &[
    ("auth_providers", "users", "user_id"),
    ("one_time_tokens", "users", "user_id"),
    ("role_permissions", "permissions", "permission_id"),
    ("role_permissions", "roles", "role_id"),
    ("script_tags", "scripts", "script_id"),
    ("script_tags", "tags", "tag_id"),
    ("script_versions", "script_blobs", "content_sha256"),
    ("script_versions", "scripts", "script_id"),
    ("scripts", "categories", "category_id"),
    ("scripts", "users", "owner_id"),
    ("sessions", "users", "user_id"),
    ("user_roles", "roles", "role_id"),
];

fn sql_type(udt: &str) -> String {
    match udt {
        "bool" => "Bool",
        "bytea" => "Bytea",
        "int2" => "Int2",
        "int4" => "Int4",
        "int8" => "Int8",
        "inet" => "Inet",
        "jsonb" => "Jsonb",
        "text" => "Text",
        "timestamptz" => "Timestamptz",
        "uuid" => "Uuid",
        "_text" => "Array<Text>",
        "_uuid" => "Array<Uuid>",
        other => panic!("{other} has no counterpart in diesel yet"),
    }
    .to_owned()
}

async fn print(client: &Client) -> String {
    let columns = client
        .query(
            "SELECT c.table_name, c.column_name, c.udt_name, c.is_nullable = 'YES', \
                    EXISTS (SELECT FROM information_schema.key_column_usage k WHERE k.table_name = c.table_name \
                            AND k.column_name = c.column_name AND k.constraint_name = c.table_name || '_pkey') \
             FROM information_schema.columns c \
             WHERE c.table_schema = 'public' AND c.table_name <> '__diesel_schema_migrations' \
             ORDER BY c.table_name, c.ordinal_position",
            &[],
        )
        .await
        .unwrap();
    let mut tables: BTreeMap<String, (Vec<String>, String)> = BTreeMap::new();
    for column in &columns {
        let (table, name): (String, String) = (column.get(0), column.get(1));
        let mut kind = sql_type(column.get(2));
        if column.get(3) {
            kind = format!("Nullable<{kind}>");
        }
        let (keys, body) = tables.entry(table).or_default();
        if column.get(4) {
            keys.push(name.clone());
        }
        writeln!(body, "        {name} -> {kind},").unwrap();
    }
    let mut source = String::from(
        "//! What the migrations make, as the query builder sees it. Written by `tests/schema.rs`; do not edit.\n",
    );
    for (table, (keys, body)) in &tables {
        let keys = keys.join(", ");
        write!(
            source,
            "\ndiesel::table! {{\n    {table} ({keys}) {{\n{body}    }}\n}}\n"
        )
        .unwrap();
    }
    source.push('\n');
    for (child, parent, key) in JOINS {
        writeln!(source, "diesel::joinable!({child} -> {parent} ({key}));").unwrap();
    }
    source.push_str("\ndiesel::allow_tables_to_appear_in_same_query!(\n");
    for table in tables.keys() {
        writeln!(source, "    {table},").unwrap();
    }
    source.push_str(");\n");
    source
}

#[tokio::test]
async fn the_query_builder_knows_the_tables_as_the_migrations_make_them() {
    let database = test_support::database().await;
    let printed = print(&database.owner().await).await;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/schema.rs");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(path, &printed).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap();
    assert!(
        written == printed,
        "src/schema.rs is stale: run this test once with UPDATE_SCHEMA=1"
    );
}
