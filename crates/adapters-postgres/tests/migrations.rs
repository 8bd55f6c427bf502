//! The schema's steps on a real server: forth, back, twice at once, and what they leave behind.
#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure, and says where"
)]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use adapters_postgres::migrations::{self, MigrationError};
use tokio_postgres::{Client, NoTls};

/// Tables whose rows are written once and never changed, so that one time says everything.
const WRITTEN_ONCE: [&str; 8] = [
    "access_changes",
    "audit_logs",
    "audit_seals",
    "audit_unsealed",
    "role_permissions",
    "script_blobs",
    "script_tags",
    "user_roles",
];

/// An empty database of this test alone, gone when the test is.
struct Scratch {
    url: String,
    name: String,
    server: Client,
}

impl Scratch {
    async fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server_url = std::env::var("TEST_DATABASE_URL")
            .expect("TEST_DATABASE_URL names a server: run `cargo xtask test`, or take it from `cargo xtask services env`");
        let name = format!(
            "t_migrations_{}_{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let server = connect(&server_url).await;
        server
            .batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            .await
            .unwrap();
        server
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0"))
            .await
            .unwrap();
        let mut url: url::Url = server_url.parse().unwrap();
        url.set_path(&name);
        Self {
            url: url.into(),
            name,
            server,
        }
    }

    async fn client(&self) -> Client {
        connect(&self.url).await
    }

    async fn finish(self) {
        self.server
            .batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name))
            .await
            .unwrap();
    }
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Everything that a schema consists of, as text that two databases can be compared by.
async fn fingerprint(client: &Client) -> BTreeSet<String> {
    let rows = client
        .query(
            "SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || coalesce(column_default, '') \
               FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations' \
             UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> '__diesel_schema_migrations' \
             UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) \
               FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> to_regclass('__diesel_schema_migrations') \
             UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal \
             UNION ALL SELECT 'function ' || proname || prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace \
             UNION ALL SELECT 'grant ' || table_name || ' ' || privilege_type FROM information_schema.role_table_grants WHERE grantee = 'scripthub_app' \
             UNION ALL SELECT 'default ' || defaclobjtype::text || defaclacl::text FROM pg_default_acl \
             UNION ALL SELECT 'schema ' || nspacl::text FROM pg_namespace WHERE nspname = 'public' AND nspacl::text LIKE '%scripthub_app%'",
            &[],
        )
        .await
        .unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

async fn texts(client: &Client, sql: &str) -> BTreeSet<String> {
    client
        .query(sql, &[])
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_can_be_taken_back_and_taken_again() {
    let scratch = Scratch::new().await;
    let client = scratch.client().await;
    let names: Vec<String> = migrations::status(&scratch.url)
        .await
        .unwrap()
        .into_iter()
        .map(|state| state.name)
        .collect();
    let bare = fingerprint(&client).await;

    assert_eq!(migrations::run_pending(&scratch.url).await.unwrap(), names);
    assert_eq!(
        migrations::run_pending(&scratch.url).await.unwrap(),
        Vec::<String>::new()
    );
    let full = fingerprint(&client).await;
    assert_ne!(full, bare);

    for name in names.iter().rev() {
        assert_eq!(migrations::redo_last(&scratch.url).await.unwrap(), *name);
        assert_eq!(migrations::revert_last(&scratch.url).await.unwrap(), *name);
    }
    assert_eq!(
        fingerprint(&client).await,
        bare,
        "a down.sql left something behind"
    );
    assert!(matches!(
        migrations::revert_last(&scratch.url).await,
        Err(MigrationError::NothingApplied)
    ));

    assert_eq!(migrations::run_pending(&scratch.url).await.unwrap(), names);
    assert_eq!(fingerprint(&client).await, full);
    scratch.finish().await;
}

#[tokio::test]
async fn migrations_also_run_on_a_runtime_of_one_thread() {
    let scratch = Scratch::new().await;
    assert!(
        migrations::status(&scratch.url)
            .await
            .unwrap()
            .iter()
            .all(|state| !state.applied)
    );
    migrations::run_pending(&scratch.url).await.unwrap();
    assert!(
        migrations::status(&scratch.url)
            .await
            .unwrap()
            .iter()
            .all(|state| state.applied)
    );
    scratch.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_nodes_starting_at_once_apply_each_step_once() {
    let scratch = Scratch::new().await;
    let steps = migrations::status(&scratch.url).await.unwrap().len();
    let starts: Vec<_> = (0..8)
        .map(|_| {
            let url = scratch.url.clone();
            tokio::spawn(async move { migrations::run_pending(&url).await })
        })
        .collect();
    let mut applied = Vec::new();
    for start in starts {
        applied.extend(start.await.unwrap().unwrap());
    }
    assert_eq!(applied.len(), steps);
    scratch.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_cannot_get_its_lock_gives_up_and_leaves_nothing() {
    let scratch = Scratch::new().await;
    migrations::run_pending(&scratch.url).await.unwrap();
    let reader = scratch.client().await;
    reader
        .batch_execute("BEGIN; SELECT count(*) FROM users")
        .await
        .unwrap();
    let applied_before = migrations::status(&scratch.url).await.unwrap();

    let attempt = tokio::time::timeout(
        Duration::from_secs(10),
        migrations::revert_last(&scratch.url),
    )
    .await;
    // The newest step only takes grants back; go down to one that drops a table under the reader.
    let mut outcome = attempt.expect("a migration hangs behind a reader");
    while outcome.is_ok() {
        outcome = tokio::time::timeout(
            Duration::from_secs(10),
            migrations::revert_last(&scratch.url),
        )
        .await
        .expect("a migration hangs behind a reader");
    }
    let said = outcome.unwrap_err().to_string();
    assert!(said.contains("lock timeout"), "{said}");

    reader.batch_execute("COMMIT").await.unwrap();
    migrations::run_pending(&scratch.url).await.unwrap();
    assert_eq!(
        migrations::status(&scratch.url).await.unwrap(),
        applied_before
    );
    scratch.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_newer_than_the_program_is_named_and_left_alone() {
    let scratch = Scratch::new().await;
    migrations::run_pending(&scratch.url).await.unwrap();
    let client = scratch.client().await;
    client
        .batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')")
        .await
        .unwrap();

    let last = migrations::status(&scratch.url)
        .await
        .unwrap()
        .pop()
        .unwrap();
    assert_eq!((last.name.as_str(), last.applied), ("99990101000000", true));
    assert!(matches!(
        migrations::revert_last(&scratch.url).await,
        Err(MigrationError::Unknown(_))
    ));
    assert!(
        migrations::run_pending(&scratch.url)
            .await
            .unwrap()
            .is_empty()
    );
    scratch.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_keeps_its_own_rules() {
    let scratch = Scratch::new().await;
    migrations::run_pending(&scratch.url).await.unwrap();
    let client = scratch.client().await;

    let without_index = texts(
        &client,
        "SELECT conrelid::regclass || ' ' || conname FROM pg_constraint c WHERE contype = 'f' AND NOT EXISTS ( \
           SELECT FROM pg_index i WHERE i.indrelid = c.conrelid \
           AND (i.indkey::int2[])[0:array_length(c.conkey, 1) - 1] @> c.conkey \
           AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) LIKE '%IS NOT NULL%'))",
    )
    .await;
    assert!(
        without_index.is_empty(),
        "foreign keys without an index: {without_index:?}"
    );

    let misnamed = texts(
        &client,
        "SELECT conname::text FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'f', 'c') \
         AND conrelid <> '__diesel_schema_migrations'::regclass \
         AND conname NOT LIKE replace(conrelid::regclass::text, '_', '\\_') || '\\_%'",
    )
    .await;
    assert!(
        misnamed.is_empty(),
        "constraints without their table's name: {misnamed:?}"
    );

    let tables = "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND relname <> '__diesel_schema_migrations'";
    let mut unstamped = texts(
        &client,
        &format!("{tables} AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = pg_class.oid AND tgname = relname || '_set_updated_at')"),
    )
    .await;
    for table in WRITTEN_ONCE {
        assert!(
            unstamped.remove(table),
            "{table} is not written once after all"
        );
    }
    assert!(
        unstamped.is_empty(),
        "tables without an updated_at trigger: {unstamped:?}"
    );
    let undated = texts(
        &client,
        &format!("{tables} AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname IN ('created_at', 'granted_at'))"),
    )
    .await;
    assert!(undated.is_empty(), "tables without created_at: {undated:?}");
    scratch.finish().await;
}
