//! What the tasks say to PostgreSQL themselves. `psql` is not needed anywhere.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

const PATIENCE: Duration = Duration::from_secs(10);

/// Opens a connection, which ends when the client is dropped.
pub(crate) async fn connect(url: &str) -> Result<Client> {
    let attempt = tokio::time::timeout(PATIENCE, tokio_postgres::connect(url, NoTls));
    let Ok(answer) = attempt.await else {
        bail!("PostgreSQL at {} does not answer", without_password(url));
    };
    let (client, connection) =
        answer.with_context(|| format!("PostgreSQL at {} refuses us", without_password(url)))?;
    tokio::spawn(connection);
    Ok(client)
}

/// The first column of the first row of `query`.
pub(crate) async fn ask(client: &Client, query: &str) -> Result<Option<String>> {
    Ok(ask_all(client, query).await?.into_iter().next())
}

/// The first column of all rows of `query`.
pub(crate) async fn ask_all(client: &Client, query: &str) -> Result<Vec<String>> {
    let messages = client
        .simple_query(query)
        .await
        .with_context(|| format!("failed: {query}"))?;
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    });
    Ok(rows.collect())
}

/// Runs `statement`.
pub(crate) async fn run(client: &Client, statement: &str) -> Result<()> {
    client.batch_execute(statement).await.with_context(|| {
        let first_words: String = statement.chars().take(40).collect();
        format!("failed: {first_words} …")
    })
}

/// Makes the database `name` unless it is there.
pub(crate) async fn ensure_database(client: &Client, name: &str) -> Result<()> {
    let known = format!("SELECT 1 FROM pg_database WHERE datname = '{name}'");
    if ask(client, &known).await?.is_none() {
        run(client, &format!("CREATE DATABASE {name}")).await?;
    }
    Ok(())
}

/// Makes the login role `name` with `password`, as a member of `group`. The password must need no
/// quoting.
pub(crate) async fn ensure_login(
    client: &Client,
    name: &str,
    password: &str,
    group: &str,
) -> Result<()> {
    let known = format!("SELECT 1 FROM pg_roles WHERE rolname = '{name}'");
    let verb = match ask(client, &known).await? {
        Some(_) => "ALTER",
        None => "CREATE",
    };
    run(
        client,
        &format!("{verb} ROLE {name} LOGIN PASSWORD '{password}'"),
    )
    .await?;
    run(client, &format!("GRANT {group} TO {name}")).await
}

/// `url` as it may be printed.
pub(crate) fn without_password(url: &str) -> String {
    let masked = url.split_once("://").and_then(|(scheme, rest)| {
        let (credentials, host) = rest.rsplit_once('@')?;
        let user = credentials.split(':').next()?;
        Some(format!("{scheme}://{user}:***@{host}"))
    });
    masked.unwrap_or_else(|| url.to_owned())
}

/// `url` with other credentials, which must need no quoting.
pub(crate) fn with_login(url: &str, user: &str, password: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    format!("{scheme}://{user}:{password}@{host}")
}

/// `url` with another database in its path.
pub(crate) fn with_database(url: &str, name: &str) -> String {
    let (address, query) = match url.split_once('?') {
        Some((address, query)) => (address, format!("?{query}")),
        None => (url, String::new()),
    };
    let host = address.find("://").map_or(0, |at| at + 3);
    let server = match address.get(host..).and_then(|rest| rest.find('/')) {
        Some(slash) => address.get(..host + slash).unwrap_or(address),
        None => address,
    };
    format!("{server}/{name}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_printed() {
        assert_eq!(
            without_password("postgres://me:p@ss@host:5432/db"),
            "postgres://me:***@host:5432/db"
        );
        assert_eq!(
            without_password("redis://:secret@host/0"),
            "redis://:***@host/0"
        );
        assert_eq!(without_password("redis://host/0"), "redis://host/0");
    }

    #[test]
    fn the_credentials_of_a_url_are_replaced() {
        assert_eq!(
            with_login("postgres://a:b@host/db", "c", "d"),
            "postgres://c:d@host/db"
        );
        assert_eq!(
            with_login("postgres://host/db", "c", "d"),
            "postgres://c:d@host/db"
        );
    }

    #[test]
    fn the_database_of_a_url_is_replaced_and_its_options_stay() {
        assert_eq!(
            with_database("postgres://me:p@host:5432/db?sslmode=require", "other"),
            "postgres://me:p@host:5432/other?sslmode=require"
        );
        assert_eq!(
            with_database("postgres://host", "other"),
            "postgres://host/other"
        );
    }
}
