//! The database of the platform.

use anyhow::{Context, Result};

use crate::database;
use crate::migrations;
use crate::report::say;
use crate::services::{Postgres, given};
use crate::site::Site;

const DATABASE: &str = "scripthub";

/// The role that the server signs in with. It may work with the tables, not change them.
const LOGIN: &str = "scripthub";

/// The role that holds the rights; the migrations make it.
const RIGHTS: &str = "scripthub_app";

/// Where the database of the platform is.
#[derive(Debug, Clone)]
pub(crate) struct DatabaseUrls {
    /// As the owner of the tables, for migrations.
    pub(crate) owner: String,
    /// As the server.
    pub(crate) server: String,
}

/// Where the database of `site` is on `postgres`; ours is made if it is missing.
pub(crate) async fn urls(site: &Site, postgres: &Postgres) -> Result<DatabaseUrls> {
    match postgres {
        Postgres::Given(url) => {
            let owner = given::owner(site)?.context("DATABASE_URL went away")?;
            Ok(DatabaseUrls {
                owner: owner.url,
                server: url.clone(),
            })
        }
        Postgres::Private(maintenance) => {
            let client = database::connect(maintenance).await?;
            database::ensure_database(&client, DATABASE).await?;
            let owner = database::with_database(maintenance, DATABASE);
            let password = site.secret("app.password")?;
            let server = database::with_login(&owner, LOGIN, &password);
            Ok(DatabaseUrls { owner, server })
        }
    }
}

/// Migrates the database of `site`, and lets the server in.
pub(crate) async fn migrate(site: &Site, postgres: &Postgres) -> Result<DatabaseUrls> {
    let urls = urls(site, postgres).await?;
    match migrations::run_pending(&urls.owner).await?.as_slice() {
        [] => say("migrations", "all applied already"),
        applied => applied
            .iter()
            .for_each(|name| say("migrations", format_args!("applied {name}"))),
    }
    let_server_in(site, postgres).await?;
    Ok(urls)
}

/// Makes the role of the server on our own PostgreSQL, with its rights.
pub(crate) async fn let_server_in(site: &Site, postgres: &Postgres) -> Result<()> {
    let Postgres::Private(maintenance) = postgres else {
        return Ok(());
    };
    let client = database::connect(maintenance).await?;
    let password = site.secret("app.password")?;
    database::ensure_login(&client, LOGIN, &password, RIGHTS).await
}
