//! Mails as files, for development and for tests.

use std::path::PathBuf;

use domain::id::JobId;
use domain::port::mailer::MailError;
use lettre::Message;
use tokio::fs;

/// Writes one `.eml` file a mail, named by its job, so that names sort by time and a mail that is sent again is the same file.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(path: &str) -> Self {
        Self(PathBuf::from(path))
    }

    pub(crate) async fn write(&self, job: JobId, message: Message) -> Result<(), MailError> {
        let (half, whole) = (
            self.0.join(format!(".{job}.part")),
            self.0.join(format!("{job}.eml")),
        );
        let written = async {
            fs::create_dir_all(&self.0).await?;
            fs::write(&half, message.formatted()).await?;
            // Whoever watches the folder never sees half a mail.
            fs::rename(&half, &whole).await
        };
        written
            .await
            .map_err(|error| MailError::Unavailable(error.into()))
    }
}
