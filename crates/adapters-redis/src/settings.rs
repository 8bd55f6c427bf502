//! Where Redis is, and how it is used.

use std::time::Duration;

use domain::secret::Secret;
use redis::{ConnectionInfo, IntoConnectionInfo, ProtocolVersion, RedisError};

/// Where Redis is, and how it is used.
#[derive(Debug, Clone)]
pub struct RedisSettings {
    /// `redis://`, `rediss://` or `redis+unix://`; it may hold a password.
    pub url: Secret<String>,
    /// Stands in front of every key and channel; empty unless several platforms share one Redis.
    pub prefix: String,
    /// The most connections that are open at a time, besides the one of the hot paths and the one of the push.
    pub pool_max: u32,
    /// A command that takes longer has failed.
    pub timeout: Duration,
}

impl RedisSettings {
    /// The defaults, with this URL.
    #[must_use]
    pub const fn at(url: Secret<String>) -> Self {
        Self {
            url,
            prefix: String::new(),
            pool_max: 8,
            timeout: Duration::from_millis(100),
        }
    }
}

/// The URL of Redis cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RedisUrlError {
    /// It asks for a kind of Redis that this version cannot talk to.
    #[error("{0} URLs are not supported yet: give the redis:// or rediss:// URL of one server")]
    Unsupported(&'static str),
    /// It cannot be read.
    #[error(
        "the Redis URL cannot be read: use redis://[user:password@]host[:port][/db], rediss:// for TLS"
    )]
    Malformed(#[source] RedisError),
}

/// Reads a URL. RESP2 is spoken in any case, which is what the push is written for.
pub(crate) fn parse(url: &Secret<String>) -> Result<ConnectionInfo, RedisUrlError> {
    let url = url.expose().as_str();
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    match scheme {
        "redis+cluster" | "rediss+cluster" => {
            return Err(RedisUrlError::Unsupported("redis+cluster://"));
        }
        "redis+sentinel" | "rediss+sentinel" => {
            return Err(RedisUrlError::Unsupported("redis+sentinel://"));
        }
        _ => {}
    }
    let info = url
        .into_connection_info()
        .map_err(RedisUrlError::Malformed)?;
    let redis = info
        .redis_settings()
        .clone()
        .set_protocol(ProtocolVersion::RESP2);
    Ok(info.set_redis_settings(redis))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> Result<ConnectionInfo, RedisUrlError> {
        parse(&Secret::new(url.to_owned()))
    }

    #[test]
    fn one_server_can_be_named_with_and_without_tls() {
        for url in [
            "redis://localhost",
            "redis://:secret@[::1]:6380/2",
            "rediss://user:secret@redis.example.org:6380",
        ] {
            assert!(parsed(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn clusters_and_sentinels_are_refused_by_name() {
        for (url, kind) in [
            ("redis+cluster://a,b,c", "redis+cluster://"),
            ("rediss+cluster://a", "redis+cluster://"),
            ("redis+sentinel://a/main", "redis+sentinel://"),
        ] {
            let message = parsed(url).unwrap_err().to_string();
            assert!(message.starts_with(kind), "{message}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_without_showing_its_password() {
        for url in [
            "",
            "localhost",
            "http://u:hunter2@localhost",
            "redis://u:hunter2@:x",
        ] {
            let error = parsed(url).unwrap_err();
            assert!(
                !format!("{error:?} {error}").contains("hunter2"),
                "{error:?}"
            );
        }
    }
}
