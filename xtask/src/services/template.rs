//! The migrated database that every test copies.

use std::fs;

use anyhow::{Context, Result, bail};
use tokio_postgres::Client;

use super::Postgres;
use crate::database;
use crate::digest;
use crate::migrations;
use crate::report::say;
use crate::workspace::Workspace;

const PREFIX: &str = "scripthub_template_";
const DRAFT: &str = "scripthub_template_draft";

/// The name of the template for the migrations as they are now.
pub(crate) fn name(workspace: &Workspace) -> Result<String> {
    let folder = workspace.migrations();
    let mut text = Vec::new();
    for migration in migration_folders(workspace)? {
        for file in ["up.sql", "down.sql"] {
            text.extend_from_slice(migration.as_bytes());
            text.extend(fs::read(folder.join(&migration).join(file)).unwrap_or_default());
            text.push(0);
        }
    }
    let mut fingerprint = digest::sha256_hex(&text);
    fingerprint.truncate(16);
    Ok(format!("{PREFIX}{fingerprint}"))
}

/// Makes the template unless it is there already, and answers its name.
pub(crate) async fn ensure(workspace: &Workspace, postgres: &Postgres) -> Result<String> {
    let name = name(workspace)?;
    let url = postgres.url();
    let client = database::connect(url).await?;
    let known = format!("SELECT 1 FROM pg_database WHERE datname = '{name}'");
    if database::ask(&client, &known).await?.is_some() {
        return Ok(name);
    }
    let may = "SELECT 1 FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolcreatedb)";
    if database::ask(&client, may).await?.is_none() {
        bail!("the tests make databases, which the given role may not; set TEST_DATABASE_URL");
    }
    // The template gets its name only when it is whole.
    database::run(
        &client,
        &format!("DROP DATABASE IF EXISTS {DRAFT} WITH (FORCE)"),
    )
    .await?;
    database::run(&client, &format!("CREATE DATABASE {DRAFT}")).await?;
    let draft = database::with_database(url, DRAFT);
    migrations::run_pending(&draft).await?;
    migrations::agree_with_folder(&draft, &migration_folders(workspace)?).await?;
    // A database with connections cannot be renamed, and those of the migrations may still be on
    // their way out.
    database::run(
        &client,
        &format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{DRAFT}'"
        ),
    )
    .await?;
    database::run(&client, &format!("ALTER DATABASE {DRAFT} RENAME TO {name}"))
        .await
        .context("the template cannot be named")?;
    if let Postgres::Private(_) = postgres {
        drop_outdated(&client, &name).await?;
    }
    say("postgresql", format_args!("template {name} migrated"));
    Ok(name)
}

/// Drops the databases that tests left: those that nobody is connected to, ten minutes after they were
/// made. No test takes that long.
pub(crate) async fn sweep(postgres: &Postgres) -> Result<()> {
    let Postgres::Private(url) = postgres else {
        // On a server that is not ours they may belong to anybody.
        return Ok(());
    };
    let client = database::connect(url).await?;
    let left = "SELECT datname FROM pg_database AS d WHERE datname LIKE 't\\_%' \
         AND NOT EXISTS (SELECT 1 FROM pg_stat_activity AS a WHERE a.datid = d.oid) \
         AND (pg_stat_file('base/' || d.oid || '/PG_VERSION', true)).modification \
             < now() - interval '10 minutes'";
    let names = database::ask_all(&client, left).await?;
    for name in &names {
        database::run(&client, &format!("DROP DATABASE IF EXISTS \"{name}\"")).await?;
    }
    if !names.is_empty() {
        say(
            "postgresql",
            format_args!("{} databases of former tests dropped", names.len()),
        );
    }
    Ok(())
}

async fn drop_outdated(client: &Client, current: &str) -> Result<()> {
    let outdated = format!(
        "SELECT datname FROM pg_database WHERE datname LIKE 'scripthub\\_template\\_%' \
         AND datname NOT IN ('{current}', '{DRAFT}')"
    );
    for name in database::ask_all(client, &outdated).await? {
        // It may be in use as the source of a copy right now; then the next build drops it.
        let _ = database::run(client, &format!("DROP DATABASE IF EXISTS {name}")).await;
    }
    Ok(())
}

/// The names of the migrations in the folder, in order.
pub(crate) fn migration_folders(workspace: &Workspace) -> Result<Vec<String>> {
    let folder = workspace.migrations();
    let entries =
        fs::read_dir(&folder).with_context(|| format!("{} is missing", folder.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names)
}
