//! Mails to an SMTP server.

use std::net::IpAddr;
use std::time::Duration;

use domain::port::mailer::MailError;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use url::Url;

/// One mail may take so long: connecting, and each answer.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct Smtp(AsyncSmtpTransport<Tokio1Executor>);

impl Smtp {
    /// `smtps` speaks TLS from the start. `smtp` starts TLS and refuses to go on without, except on this machine, where there is nobody
    /// in the middle and rarely a certificate.
    pub(crate) fn new(url: &Url) -> Result<Self, Error> {
        let host = url.host_str().unwrap_or("localhost").to_owned();
        let here = host == "localhost" || is_loopback(&host);
        let (tls, port) = match (url.scheme(), here) {
            ("smtps", _) => (Tls::Wrapper(TlsParameters::new(host.clone())?), 465),
            (_, true) => (Tls::None, 25),
            (_, false) => (Tls::Required(TlsParameters::new(host.clone())?), 587),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(url.port().unwrap_or(port))
            .tls(tls)
            .timeout(Some(PATIENCE));
        if !url.username().is_empty() {
            let password = url.password().unwrap_or_default();
            builder =
                builder.credentials(Credentials::new(decoded(url.username()), decoded(password)));
        }
        Ok(Self(builder.build()))
    }

    pub(crate) async fn send(&self, message: Message) -> Result<(), MailError> {
        match self.0.send(message).await {
            Ok(_answer) => Ok(()),
            Err(error) if error.is_permanent() => Err(MailError::Rejected(error.into())),
            Err(error) => Err(MailError::Unavailable(error.into())),
        }
    }
}

/// The scheme is none that the URL standard knows, so an address in it is read as a name.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// User names and passwords are percent-encoded in URLs.
fn decoded(text: &str) -> String {
    url::form_urlencoded::parse(text.replace('+', "%2B").as_bytes())
        .map(|(name, _)| name.into_owned())
        .next()
        .unwrap_or_default()
}
