//! What is in force, for `scripthub check-config`: every setting, secrets masked.

use std::fmt;

use chrono::TimeDelta;
use domain::limit::quota::Quota;
use domain::secret::Secret;
use url::Url;

use super::{Config, JwtConfig, LogFormat};

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in self.shown() {
            writeln!(f, "{name}={value}")?;
        }
        for (name, value) in self.providers.shown() {
            writeln!(f, "{name}={value}")?;
        }
        Ok(())
    }
}

impl Config {
    fn shown(&self) -> Vec<(&'static str, String)> {
        let (algorithm, folder) = match &self.jwt {
            JwtConfig::EdDsa(folder) => ("EdDSA", folder.display().to_string()),
            JwtConfig::Hs256 => ("HS256", String::new()),
        };
        let networks: Vec<_> = self
            .trusted_proxies
            .iter()
            .map(ToString::to_string)
            .collect();
        let redis = self.redis_url.as_ref().map_or_else(String::new, masked);
        let format = match self.log.format {
            None => "",
            Some(LogFormat::Pretty) => "pretty",
            Some(LogFormat::Json) => "json",
        };
        let (lives, quotas) = (&self.lifetimes, &self.quotas);
        let mut shown = vec![
            ("BIND_ADDR", self.bind.to_string()),
            ("METRICS_ADDR", self.metrics.to_string()),
            ("DATABASE_URL", masked(&self.database_url)),
            ("DATABASE_POOL_MAX", self.database_pool_max.to_string()),
            ("REDIS_URL", redis),
            ("NODES", self.nodes.to_string()),
            ("PUBLIC_BASE_URL", self.public_base_url.clone()),
            ("FRONTEND_URL", self.frontend_url.clone()),
            ("CORS_ALLOWED_ORIGINS", self.cors_allowed_origins.join(",")),
            ("TRUSTED_PROXIES", networks.join(",")),
            ("SECRET_KEY", "***".to_owned()),
            (
                "SECRET_KEYS_OLD",
                vec!["***"; self.secret_keys_old.len()].join(","),
            ),
            ("JWT_ALGORITHM", algorithm.to_owned()),
            ("JWT_KEYS_DIR", folder),
            ("JWT_KEY_LEAD", time(self.jwt_key_lead)),
            ("ACCESS_TOKEN_TTL", time(lives.access)),
            ("REFRESH_IDLE_TTL", time(lives.idle)),
            ("REFRESH_ABSOLUTE_TTL", time(lives.absolute)),
            ("REFRESH_GRACE", time(lives.grace)),
            ("REGISTRATION", self.registration.name().to_owned()),
            ("AUDIT_ALLOWED", self.audit_allowed.name().to_owned()),
            ("AUDIT_RETENTION", time(self.audit_retention)),
            ("RATE_LIMIT_AUTH", quota(quotas.auth)),
            ("RATE_LIMIT_AUTH_IP", quota(quotas.auth_ip)),
            ("RATE_LIMIT_API", quota(quotas.api)),
            ("RATE_LIMIT_API_USER", quota(quotas.api_user)),
            ("RATE_LIMIT_API_ADVANCED", quota(quotas.api_advanced)),
            ("RATE_LIMIT_REFRESH", quota(quotas.refresh)),
            ("LOG_LEVEL", self.log.level.name().to_owned()),
            ("LOG_FORMAT", format.to_owned()),
            ("SHUTDOWN_GRACE", time(self.shutdown_grace)),
            ("BCRYPT_COST", self.bcrypt_cost.to_string()),
        ];
        shown.extend(self.shown_outlets());
        shown
    }

    /// Where mails and objects go.
    fn shown_outlets(&self) -> [(&'static str, String); 5] {
        let access_key = self.storage_access_key.clone();
        let secret_key = self.storage_secret_key.as_ref();
        [
            ("MAIL_URL", masked(&self.mail_url)),
            ("MAIL_FROM", self.mail_from.clone()),
            ("STORAGE_URL", masked(&self.storage_url)),
            ("STORAGE_ACCESS_KEY", access_key.unwrap_or_default()),
            ("STORAGE_SECRET_KEY", hidden(secret_key)),
        ]
    }
}

fn hidden(secret: Option<&Secret<String>>) -> String {
    secret.map_or_else(String::new, |_| "***".to_owned())
}

/// A URL without its password; all of a text that is no URL is a secret.
fn masked(url: &Secret<String>) -> String {
    let Ok(mut parsed) = Url::parse(url.expose()) else {
        return "***".to_owned();
    };
    if parsed.password().is_some() && parsed.set_password(Some("***")).is_err() {
        return "***".to_owned();
    }
    parsed.to_string()
}

fn time(time: TimeDelta) -> String {
    humantime::format_duration(time.to_std().unwrap_or_default()).to_string()
}

fn quota(quota: Option<Quota>) -> String {
    quota.map_or_else(
        || "off".to_owned(),
        |quota| format!("{}/{}", quota.limit(), time(quota.window())),
    )
}
