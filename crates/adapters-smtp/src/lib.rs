//! Mails: rendered from templates, handed to an SMTP server, or written where mails go in development.

mod folder;
mod render;
mod samples;
mod smtp;

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use domain::port::mailer::{Mail, MailError, Mailer};
use lettre::message::Mailbox;
use url::Url;

pub use samples::{Sample, samples};

use folder::Folder;
use render::Renderer;
use smtp::Smtp;

/// Why mails cannot go where the configuration says.
#[derive(Debug, thiserror::Error)]
pub enum MailSettingsError {
    /// `MAIL_URL` names no way that we know.
    #[error("MAIL_URL must be smtp://, smtps://, file:// or log://")]
    Url,
    /// `MAIL_URL` names an SMTP server in a way that cannot be used.
    #[error("MAIL_URL names no SMTP server that can be used")]
    Server(#[source] lettre::transport::smtp::Error),
    /// `MAIL_FROM` is no address.
    #[error("MAIL_FROM must be an address such as ScriptHub <mail@example.org>")]
    From,
    /// A template is broken.
    #[error("a mail template is broken")]
    Template(#[source] minijinja::Error),
}

/// Where rendered mails go.
enum Way {
    Smtp(Smtp),
    Folder(Folder),
    Log,
}

/// Renders mails and sends them one way.
pub struct TemplateMailer {
    renderer: Renderer,
    way: Way,
}

impl TemplateMailer {
    /// A mailer by `MAIL_URL`: `smtp://[user:password@]host[:port]` (STARTTLS unless the host is this machine), `smtps://…`,
    /// `file://folder` (one `.eml` file a mail) or `log://` (says that there was a mail, and nothing of what it says).
    ///
    /// # Errors
    /// See [`MailSettingsError`].
    pub fn from_url(url: &str, from: &str) -> Result<Arc<Self>, MailSettingsError> {
        let from: Mailbox = from.parse().map_err(|_invalid| MailSettingsError::From)?;
        let way = match url.split_once("://") {
            Some(("smtp" | "smtps", _)) => {
                let url = Url::parse(url).map_err(|_invalid| MailSettingsError::Url)?;
                Way::Smtp(Smtp::new(&url).map_err(MailSettingsError::Server)?)
            }
            Some(("file", path)) if !path.is_empty() => Way::Folder(Folder::new(path)),
            Some(("log", _)) => Way::Log,
            _ => return Err(MailSettingsError::Url),
        };
        let renderer = Renderer::new(from).map_err(MailSettingsError::Template)?;
        Ok(Arc::new(Self { renderer, way }))
    }
}

#[async_trait]
impl Mailer for TemplateMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let begun = Instant::now();
        let message = self.renderer.message(mail).map_err(MailError::Rejected)?;
        let outcome = match &self.way {
            Way::Smtp(smtp) => smtp.send(message).await,
            Way::Folder(folder) => folder.write(mail.job, message).await,
            Way::Log => {
                tracing::info!(job = %mail.job, "a mail would be sent now");
                Ok(())
            }
        };
        metrics::histogram!("mail_send_seconds").record(begun.elapsed());
        let told = match &outcome {
            Ok(()) => "sent",
            Err(MailError::Unavailable(_)) => "unavailable",
            Err(MailError::Rejected(_)) => "rejected",
        };
        metrics::counter!("mails_total", "outcome" => told).increment(1);
        outcome
    }
}
