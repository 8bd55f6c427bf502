//! Engines that the environment names.

use std::env;
use std::fs;

use anyhow::{Context, Result};

use super::object_store::ObjectStore;
use crate::site::{Purpose, Site};

/// A URL that somebody gave us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    /// The variable that holds it.
    pub(crate) name: String,
    /// The URL.
    pub(crate) url: String,
}

/// The PostgreSQL that is given for `site`.
pub(crate) fn postgres(site: &Site) -> Result<Option<Given>> {
    match site.purpose() {
        Purpose::Platform => first_of(site, &["DATABASE_URL"]),
        Purpose::Tests => first_of(site, &["TEST_DATABASE_URL", "DATABASE_URL"]),
    }
}

/// The PostgreSQL that is given for migrations of the platform: the server's own role may not
/// change tables.
pub(crate) fn owner(site: &Site) -> Result<Option<Given>> {
    first_of(site, &["DATABASE_OWNER_URL", "DATABASE_URL"])
}

/// The Redis that is given for `site`.
pub(crate) fn redis(site: &Site) -> Result<Option<Given>> {
    match site.purpose() {
        Purpose::Platform => first_of(site, &["REDIS_URL"]),
        Purpose::Tests => first_of(site, &["TEST_REDIS_URL", "REDIS_URL"]),
    }
}

/// The S3 store that is given for tests.
pub(crate) fn object_store(site: &Site) -> Option<ObjectStore> {
    let variable = |name| env::var(name).ok().filter(|text| !text.is_empty());
    let given = ObjectStore {
        url: variable("TEST_S3_URL")?,
        access_key: variable("TEST_S3_ACCESS_KEY")?,
        secret_key: variable("TEST_S3_SECRET_KEY")?,
    };
    (!site.secrets().contains(&given.secret_key)).then_some(given)
}

/// The first of the variables that is set, itself or through a file named by `NAME_FILE`. A URL that
/// we exported ourselves is not given: our engines may be down, and then are to be started.
fn first_of(site: &Site, names: &[&str]) -> Result<Option<Given>> {
    let own = site.secrets();
    for name in names {
        if let Some(given) = variable(name)?
            && !own.iter().any(|secret| given.url.contains(secret))
        {
            return Ok(Some(given));
        }
    }
    Ok(None)
}

fn variable(name: &str) -> Result<Option<Given>> {
    let url = env::var(name).unwrap_or_default();
    if !url.is_empty() {
        return Ok(Some(Given {
            name: name.to_owned(),
            url,
        }));
    }
    let name = format!("{name}_FILE");
    let file = env::var(&name).unwrap_or_default();
    if file.is_empty() {
        return Ok(None);
    }
    let text = fs::read_to_string(&file)
        .with_context(|| format!("{name} names {file}, which cannot be read"))?;
    Ok(Some(Given {
        name,
        url: text.trim().to_owned(),
    }))
}
