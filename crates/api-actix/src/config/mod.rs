//! The settings of the server: read once at start, from the environment and a TOML file, all or nothing.

mod providers;
mod shown;
mod source;
mod value;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use domain::account::registration::RegistrationMode;
use domain::audit::notes::AllowedActs;
use domain::secret::Secret;
use domain::session::rotation::Lifetimes;
use ipnet::IpNet;

use crate::limits::Quotas;
pub use providers::{ProviderConfig, ProvidersConfig};
use source::Source;

/// A setting that cannot be used; stops the start with one line.
#[derive(Debug, thiserror::Error)]
#[error("{name} {rule}")]
pub struct ConfigError {
    name: String,
    rule: String,
}

impl ConfigError {
    fn new(name: impl Into<String>, rule: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            rule: rule.into(),
        }
    }
}

/// How much the log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// Failures that somebody has to look at.
    Error,
    /// And what went wrong but was dealt with.
    Warn,
    /// And what happens, one line a request.
    Info,
    /// And why.
    Debug,
    /// And everything that libraries tell.
    Verbose,
}

/// How the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// For machines: one JSON object a line.
    Json,
}

/// How access tokens are signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JwtConfig {
    /// Ed25519, with the PEM files of this folder.
    EdDsa(PathBuf),
    /// HMAC-SHA-256, with a key derived from `SECRET_KEY`.
    Hs256,
}

/// What is logged, and how. Read on its own, so that mistakes in everything else are logged like this.
#[derive(Debug, Clone, Copy)]
pub struct LogConfig {
    /// How much.
    pub level: LogLevel,
    /// In which form; `None` asks the terminal.
    pub format: Option<LogFormat>,
}

/// Everything the server is told.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where requests come in.
    pub bind: SocketAddr,
    /// Where metrics are read.
    pub metrics: SocketAddr,
    /// The primary database.
    pub database_url: Secret<String>,
    /// The most connections to it.
    pub database_pool_max: u32,
    /// Redis; none on a single node that does without.
    pub redis_url: Option<Secret<String>>,
    /// How many nodes there are, for the shares of limits while they cannot see each other.
    pub nodes: u32,
    /// Where clients reach us, without a slash at the end.
    pub public_base_url: String,
    /// Where the pages are that mails lead to.
    pub frontend_url: String,
    /// Who may call from a browser.
    pub cors_allowed_origins: Vec<String>,
    /// Whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
    /// The secret that everything symmetric is derived from.
    pub secret_key: Secret<String>,
    /// Those before it, whose tokens are still read.
    pub secret_keys_old: Vec<Secret<String>>,
    /// How access tokens are signed.
    pub jwt: JwtConfig,
    /// How long a new key is published before it signs.
    pub jwt_key_lead: TimeDelta,
    /// How long tokens and sessions live.
    pub lifetimes: Lifetimes,
    /// How people come to have an account.
    pub registration: RegistrationMode,
    /// Whom people can sign in through.
    pub providers: ProvidersConfig,
    /// How much of what was allowed goes into the audit log.
    pub audit_allowed: AllowedActs,
    /// How long the audit log is kept.
    pub audit_retention: TimeDelta,
    /// How much clients may do.
    pub quotas: Quotas,
    /// Where mails go.
    pub mail_url: Secret<String>,
    /// Where uploaded objects are kept.
    pub storage_url: Secret<String>,
    /// Who we are to an S3 store.
    pub storage_access_key: Option<String>,
    /// The secret of that.
    pub storage_secret_key: Option<Secret<String>>,
    /// From whom mails are.
    pub mail_from: String,
    /// What is logged.
    pub log: LogConfig,
    /// How long requests may take to end when the server stops.
    pub shutdown_grace: TimeDelta,
    /// The cost of password hashes.
    pub bcrypt_cost: u32,
}

impl Config {
    /// Reads the settings from `environment` and the file at `path`.
    ///
    /// # Errors
    /// The first setting that is missing, malformed or unknown, by name.
    pub fn read(
        environment: impl IntoIterator<Item = (String, String)>,
        path: Option<&Path>,
    ) -> Result<Self, ConfigError> {
        let mut reader = Reader(Source::open(environment, path)?);
        let config = reader.config()?;
        reader.0.finish()?;
        config.checked()
    }

    fn checked(self) -> Result<Self, ConfigError> {
        if self.redis_url.is_none() && self.nodes > 1 {
            return Err(ConfigError::new(
                "REDIS_URL",
                format!(
                    "is required when there is more than one node (NODES is {})",
                    self.nodes
                ),
            ));
        }
        if self.lifetimes.idle > self.lifetimes.absolute {
            return Err(ConfigError::new(
                "REFRESH_IDLE_TTL",
                "must not be longer than REFRESH_ABSOLUTE_TTL",
            ));
        }
        Ok(self)
    }

    /// The origins of our pages: of the frontend, and those that may call from a browser.
    #[must_use]
    pub fn pages(&self) -> Vec<String> {
        let frontend = url::Url::parse(&self.frontend_url).ok();
        let frontend = frontend.map(|url| url.origin().ascii_serialization());
        let others = self.cors_allowed_origins.iter().cloned();
        frontend.into_iter().chain(others).collect()
    }

    /// Whether clients reach us by HTTPS only.
    #[must_use]
    pub fn https_only(&self) -> bool {
        self.public_base_url.starts_with("https://")
    }
}

struct Reader(Source);

impl Reader {
    fn config(&mut self) -> Result<Config, ConfigError> {
        let bind = self.parsed("BIND_ADDR", "127.0.0.1:8080", value::address)?;
        let public = self.parsed(
            "PUBLIC_BASE_URL",
            &format!("http://{bind}"),
            value::base_url,
        )?;
        // Read by `cargo xtask migrate`, which shares our environment and our file.
        let _for_migrations = self.0.text("DATABASE_OWNER_URL");
        Ok(Config {
            bind,
            metrics: self.parsed("METRICS_ADDR", "127.0.0.1:9090", value::address)?,
            database_url: self.required("DATABASE_URL", "DATABASE_URL_FILE")?,
            database_pool_max: self.parsed("DATABASE_POOL_MAX", "20", |text| {
                value::number(text, 1, 1000)
            })?,
            redis_url: self
                .0
                .secret("REDIS_URL", "REDIS_URL_FILE")?
                .map(Secret::new),
            nodes: self.parsed("NODES", "1", |text| value::number(text, 1, 1000))?,
            frontend_url: self.parsed("FRONTEND_URL", &public, value::base_url)?,
            public_base_url: public,
            cors_allowed_origins: self.parsed("CORS_ALLOWED_ORIGINS", "", value::origins)?,
            trusted_proxies: self.parsed("TRUSTED_PROXIES", "", value::networks)?,
            secret_key: self.required("SECRET_KEY", "SECRET_KEY_FILE")?,
            secret_keys_old: self.old_secrets()?,
            jwt: self.jwt()?,
            jwt_key_lead: self.parsed("JWT_KEY_LEAD", "5m", value::duration)?,
            lifetimes: self.lifetimes()?,
            registration: self.parsed("REGISTRATION", "open", value::registration)?,
            providers: ProvidersConfig::read(&mut self.0)?,
            audit_allowed: self.parsed("AUDIT_ALLOWED", "privileged", value::allowed_acts)?,
            audit_retention: self.parsed("AUDIT_RETENTION", "400d", value::retention)?,
            quotas: self.quotas()?,
            mail_url: self.mail_url()?,
            storage_url: self.parsed("STORAGE_URL", "file://.local/storage", |text| {
                Ok(Secret::new(text.to_owned()))
            })?,
            storage_access_key: self.0.text("STORAGE_ACCESS_KEY"),
            storage_secret_key: self
                .0
                .secret("STORAGE_SECRET_KEY", "STORAGE_SECRET_KEY_FILE")?
                .map(Secret::new),
            mail_from: self.parsed("MAIL_FROM", "ScriptHub <noreply@localhost>", |text| {
                Ok(text.to_owned())
            })?,
            log: self.log()?,
            shutdown_grace: self.parsed("SHUTDOWN_GRACE", "30s", value::duration)?,
            bcrypt_cost: self.parsed("BCRYPT_COST", "12", |text| value::number(text, 4, 16))?,
        })
    }

    fn parsed<T>(
        &mut self,
        name: &'static str,
        default: &str,
        parse: impl Fn(&str) -> Result<T, value::Rule>,
    ) -> Result<T, ConfigError> {
        let text = self.0.text(name);
        parse(text.as_deref().unwrap_or(default)).map_err(|rule| ConfigError::new(name, rule))
    }

    fn required(
        &mut self,
        name: &'static str,
        file_name: &'static str,
    ) -> Result<Secret<String>, ConfigError> {
        self.0
            .secret(name, file_name)?
            .map(Secret::new)
            .ok_or_else(|| ConfigError::new(name, format!("is required (or {file_name})")))
    }

    fn old_secrets(&mut self) -> Result<Vec<Secret<String>>, ConfigError> {
        let old = self.0.secret("SECRET_KEYS_OLD", "SECRET_KEYS_OLD_FILE")?;
        let old = old.unwrap_or_default();
        Ok(value::list(&old)
            .map(|key| Secret::new(key.to_owned()))
            .collect())
    }

    fn jwt(&mut self) -> Result<JwtConfig, ConfigError> {
        let folder = self.0.text("JWT_KEYS_DIR");
        let algorithm = self.0.text("JWT_ALGORITHM");
        match algorithm.as_deref().unwrap_or("EdDSA") {
            "EdDSA" => folder
                .map(|folder| JwtConfig::EdDsa(PathBuf::from(folder)))
                .ok_or_else(|| {
                    ConfigError::new(
                        "JWT_KEYS_DIR",
                        "is required for JWT_ALGORITHM=EdDSA; `scripthub keys generate` makes it",
                    )
                }),
            "HS256" => Ok(JwtConfig::Hs256),
            other => Err(ConfigError::new(
                "JWT_ALGORITHM",
                format!("must be EdDSA or HS256, not {other:?}"),
            )),
        }
    }

    fn lifetimes(&mut self) -> Result<Lifetimes, ConfigError> {
        Ok(Lifetimes {
            idle: self.parsed("REFRESH_IDLE_TTL", "30d", value::duration)?,
            absolute: self.parsed("REFRESH_ABSOLUTE_TTL", "90d", value::duration)?,
            grace: self.parsed("REFRESH_GRACE", "10s", value::duration)?,
            access: self.parsed("ACCESS_TOKEN_TTL", "10m", value::duration)?,
        })
    }

    fn quotas(&mut self) -> Result<Quotas, ConfigError> {
        Ok(Quotas {
            auth: self.parsed("RATE_LIMIT_AUTH", "5/15m", value::quota)?,
            auth_ip: self.parsed("RATE_LIMIT_AUTH_IP", "50/15m", value::quota)?,
            api: self.parsed("RATE_LIMIT_API", "100/15m", value::quota)?,
            api_user: self.parsed("RATE_LIMIT_API_USER", "600/15m", value::quota)?,
            api_advanced: self.parsed("RATE_LIMIT_API_ADVANCED", "3000/15m", value::quota)?,
            refresh: self.parsed("RATE_LIMIT_REFRESH", "30/1m", value::quota)?,
        })
    }

    fn mail_url(&mut self) -> Result<Secret<String>, ConfigError> {
        let given = self.0.secret("MAIL_URL", "MAIL_URL_FILE")?;
        Ok(Secret::new(
            given.unwrap_or_else(|| "file://.local/mail".to_owned()),
        ))
    }

    fn log(&mut self) -> Result<LogConfig, ConfigError> {
        let level = self.parsed("LOG_LEVEL", "info", |text| {
            LogLevel::ALL
                .into_iter()
                .find(|level| level.name() == text)
                .ok_or_else(|| format!("must be error, warn, info, debug or verbose, not {text:?}"))
        })?;
        let format = match self.0.text("LOG_FORMAT").as_deref() {
            None => None,
            Some("pretty") => Some(LogFormat::Pretty),
            Some("json") => Some(LogFormat::Json),
            Some(other) => {
                let rule = format!("must be pretty or json, not {other:?}");
                return Err(ConfigError::new("LOG_FORMAT", rule));
            }
        };
        Ok(LogConfig { level, format })
    }
}

impl LogLevel {
    const ALL: [Self; 5] = [
        Self::Error,
        Self::Warn,
        Self::Info,
        Self::Debug,
        Self::Verbose,
    ];

    /// The name in `LOG_LEVEL`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Verbose => "verbose",
        }
    }
}

#[cfg(test)]
mod tests;
