//! Handing mails over.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::account::email::Email;
use crate::account::locale::Locale;
use crate::account::username::Username;
use crate::id::JobId;
use crate::job::Letter;
use crate::outage::BoxError;
use crate::secret::Secret;

/// Renders a mail and hands it to the next server, or writes it where mails go.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends one mail. At least once: sending it again uses the same Message-ID.
    ///
    /// # Errors
    /// MUST answer [`MailError::Rejected`] when trying again cannot help.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;
}

/// One mail, ready to be rendered.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The job that sends it; makes the Message-ID.
    pub job: JobId,
    /// To whom.
    pub to: Email,
    /// How to call them.
    pub username: Username,
    /// In which language.
    pub locale: Locale,
    /// What it says.
    pub letter: Letter,
    /// What it names besides.
    pub detail: Option<String>,
    /// When what it tells of has happened.
    pub at: DateTime<Utc>,
    /// What the person can do by it.
    pub action: Option<MailAction>,
}

/// What a mail lets a person do.
#[derive(Debug, Clone)]
pub struct MailAction {
    /// The page that does it; it carries the token in its fragment, so that no server logs it.
    pub link: Secret<String>,
    /// The bare token, for those who type.
    pub token: Secret<String>,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The next server could not be reached, or asks to come back later.
    #[error("the mail server is unavailable")]
    Unavailable(#[source] BoxError),
    /// The next server will never take this mail.
    #[error("the mail was rejected")]
    Rejected(#[source] BoxError),
}
