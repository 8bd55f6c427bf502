//! The settings that the tasks give to the server.

use std::env;
use std::fmt::Display;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::private;
use crate::site::Site;

/// What a server of this clone runs with. Everything else that the caller's environment says to the
/// server passes through.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pairs: Vec<(&'static str, String)>,
    removed: Vec<&'static str>,
}

/// Where the server listens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ports {
    pub(crate) http: u16,
    pub(crate) metrics: u16,
}

impl Settings {
    /// What the commands of the server need to reach the database at `database` and the keys.
    pub(crate) fn of(site: &Site, database: &str, redis: Option<&str>) -> Self {
        let keys = site.folder().join("keys");
        let mail = site.folder().join("mail");
        let storage = site.folder().join("storage");
        let mut settings = Self {
            pairs: Vec::new(),
            removed: Vec::new(),
        };
        settings.set("DATABASE_URL", database);
        settings
            .removed
            .extend(["DATABASE_URL_FILE", "REDIS_URL_FILE"]);
        match redis {
            Some(redis) => settings.set("REDIS_URL", redis),
            None => settings.removed.push("REDIS_URL"),
        }
        settings.offer(
            "SECRET_KEY",
            "SECRET_KEY_FILE",
            keys.join("secret_key").display(),
        );
        settings.offer("JWT_KEYS_DIR", "JWT_KEYS_DIR", keys.join("jwt").display());
        settings.offer(
            "MAIL_URL",
            "MAIL_URL",
            format_args!("file://{}", mail.display()),
        );
        settings.offer(
            "STORAGE_URL",
            "STORAGE_URL",
            format_args!("file://{}", storage.display()),
        );
        settings
    }

    /// The same, for a server that listens on `ports`.
    pub(crate) fn listening(mut self, ports: Ports) -> Self {
        let Ports { http, metrics } = ports;
        self.set("BIND_ADDR", format_args!("127.0.0.1:{http}"));
        self.set("METRICS_ADDR", format_args!("127.0.0.1:{metrics}"));
        self.offer(
            "PUBLIC_BASE_URL",
            "PUBLIC_BASE_URL",
            format_args!("http://127.0.0.1:{http}"),
        );
        self
    }

    /// Puts the settings into the environment of `command`.
    pub(crate) fn apply(&self, command: &mut Command) {
        for name in &self.removed {
            command.env_remove(name);
        }
        command.envs(self.pairs.iter().map(|(name, value)| (name, value)));
    }

    /// Writes the settings to `dev.env`, so that a shell can talk to the same platform; answers
    /// where that is.
    pub(crate) fn write(&self, site: &Site) -> Result<PathBuf> {
        let path = site.folder().join("dev.env");
        let lines = self.pairs.iter().map(|(name, value)| {
            // A path may hold a quote.
            let value = value.replace('\'', r"'\''");
            format!("export {name}='{value}'\n")
        });
        private::write(&path, &lines.collect::<String>())?;
        Ok(path)
    }

    fn set(&mut self, name: &'static str, value: impl Display) {
        self.pairs.push((name, value.to_string()));
    }

    /// Sets `name`, unless the caller's environment has `asked` or its file variant.
    fn offer(&mut self, asked: &str, name: &'static str, value: impl Display) {
        let given = [asked.to_owned(), format!("{asked}_FILE")];
        if given
            .iter()
            .all(|name| env::var_os(name).is_none_or(|value| value.is_empty()))
        {
            self.set(name, value);
        }
    }
}
