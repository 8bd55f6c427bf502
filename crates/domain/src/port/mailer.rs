//! Handing mails over.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::account::email::Email;
use crate::account::locale::Locale;
use crate::account::username::Username;
use crate::id::JobId;
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
    /// What about.
    pub content: MailContent,
}

/// What a mail is about.
#[derive(Debug, Clone)]
pub enum MailContent {
    /// "Please confirm your address".
    VerifyEmail {
        /// The page that confirms; it carries the token in its fragment, so that no server logs it.
        link: Secret<String>,
        /// The bare token, for those who type.
        token: Secret<String>,
        /// When it stops working.
        expires_at: DateTime<Utc>,
    },
    /// "A stolen session was ended".
    RefreshTokenReused {
        /// When.
        at: DateTime<Utc>,
    },
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
