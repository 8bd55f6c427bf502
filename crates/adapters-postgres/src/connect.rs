//! Opening one connection: what the URL may say, and TLS.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use diesel_async::AsyncPgConnection;
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_postgres::NoTls;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long one attempt to reach one host may take, unless the URL says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// After this long without an acknowledgement the kernel gives a connection up: a black hole sends no reset.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(10);

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL cannot be used; the message says what to write instead and never quotes the URL.
    #[error("the database URL cannot be used: {0}")]
    Url(String),
    /// The machine's certificates cannot be read.
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
    /// The server cannot be reached or turned us away.
    #[error("the database did not let us in")]
    Refused(#[source] Box<dyn Error + Send + Sync>),
    /// The server ended a connection that nobody was using.
    #[error("the connection was closed by the database")]
    Closed,
}

/// Where the database is and how to get there: a parsed `postgres://` URL.
///
/// `sslmode=require` means TLS with the certificate and the host name verified against the machine's
/// trust store (`SSL_CERT_FILE` adds a private authority). `disable` and `prefer`, the default, mean plain:
/// an encryption that anybody in the middle can talk us out of protects nothing.
#[derive(Clone)]
pub(crate) struct Target {
    config: tokio_postgres::Config,
    tls: Option<MakeRustlsConnect>,
}

impl Target {
    /// Reads a URL, or a `key=value` string; several hosts and `target_session_attrs` are welcome.
    pub(crate) fn parse(url: &str) -> Result<Self, ConnectError> {
        // libpq's names for what `require` already means here; the parser below would only say "invalid".
        if let Some(mode) = ["verify-full", "verify-ca"]
            .into_iter()
            .find(|mode| url.contains(mode))
        {
            return Err(ConnectError::Url(format!(
                "sslmode={mode} is libpq's; write sslmode=require, which always verifies the certificate and the host name here"
            )));
        }
        let mut config: tokio_postgres::Config =
            url.parse().map_err(|error: tokio_postgres::Error| {
                let detail = error
                    .source()
                    .map_or_else(|| error.to_string(), ToString::to_string);
                ConnectError::Url(format!(
                    "{detail}; it looks like postgres://user:password@host:5432/database"
                ))
            })?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(ConnectError::Url("it names no host".to_owned()));
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(TCP_USER_TIMEOUT);
        }
        if config.get_application_name().is_none() {
            config.application_name("scripthub");
        }
        let tls = match config.get_ssl_mode() {
            SslMode::Require => Some(verifying_tls()?),
            _ => None,
        };
        Ok(Self { config, tls })
    }

    /// Opens one connection and starts the task that drives it.
    pub(crate) async fn open(&self) -> Result<AsyncPgConnection, ConnectError> {
        let opened = if let Some(tls) = &self.tls {
            let (client, connection) = self.config.connect(tls.clone()).await.map_err(refused)?;
            AsyncPgConnection::try_from_client_and_connection(client, connection).await
        } else {
            let (client, connection) = self.config.connect(NoTls).await.map_err(refused)?;
            AsyncPgConnection::try_from_client_and_connection(client, connection).await
        };
        opened.map_err(|error| ConnectError::Refused(Box::new(error)))
    }
}

fn refused(error: tokio_postgres::Error) -> ConnectError {
    ConnectError::Refused(Box::new(error))
}

fn verifying_tls() -> Result<MakeRustlsConnect, ConnectError> {
    // Named here, not taken from the process: a migration must not depend on what `main` installed.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(ConnectError::Tls)?
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(url: &str) -> String {
        match Target::parse(url) {
            Ok(_) => panic!("{url} was accepted"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_libpq_modes_are_refused_with_the_mode_to_write_instead() {
        let said = complaint("postgres://u:hunter2@db/app?sslmode=verify-full");
        assert!(said.contains("sslmode=require"), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }

    #[test]
    fn a_malformed_url_is_explained_without_its_password() {
        for url in [
            "postgres://u:hunter2@db:notaport/app",
            "postgres://u:hunter2@db/app?sslmod=require",
            "hunter2",
        ] {
            let said = complaint(url);
            assert!(!said.contains("hunter2"), "{said}");
            assert!(said.contains("postgres://user:password@host"), "{said}");
        }
    }

    #[test]
    fn only_require_switches_tls_on() {
        let tls = |url: &str| Target::parse(url).unwrap().tls.is_some();
        assert!(tls("postgres://u@db/app?sslmode=require"));
        assert!(!tls("postgres://u@db/app"));
        assert!(!tls("postgres://u@db/app?sslmode=disable"));
    }

    #[test]
    fn several_hosts_and_a_wished_role_are_understood() {
        let target = Target::parse("postgres://u@a,b/app?target_session_attrs=read-write").unwrap();
        assert_eq!(target.config.get_hosts().len(), 2);
    }
}
