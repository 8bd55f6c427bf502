//! The folder that mails go to.

use std::fs;
use std::path::{Path, PathBuf};

use super::{PATIENCE, found};

/// The mails of one platform.
#[derive(Debug, Clone)]
pub(crate) struct Mails(PathBuf);

impl Mails {
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// All mails to somebody, in the order of their making.
    pub(crate) fn to(&self, address: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(&self.0) else {
            return Vec::new();
        };
        let mut files: Vec<_> = entries
            .map(|entry| entry.expect("the folder can be read").path())
            .filter(|path| path.extension().is_some_and(|end| end == "eml"))
            .collect();
        files.sort();
        let recipient = format!("To: {address}");
        files
            .iter()
            .map(|path| fs::read_to_string(path).expect("a mail can be read"))
            .filter(|mail| mail.lines().any(|line| line == recipient))
            .map(|mail| unfolded(&mail))
            .collect()
    }

    /// Waits for the mail of this number, from 0, to somebody.
    pub(crate) async fn nth(&self, address: &str, number: usize) -> String {
        let what = format!("mail {number} to {address}");
        found(&what, PATIENCE, async || {
            self.to(address).into_iter().nth(number)
        })
        .await
    }

    /// Waits for that mail and takes the token out of it.
    pub(crate) async fn nth_token(&self, address: &str, number: usize) -> String {
        let mail = self.nth(address, number).await;
        let line = mail.lines().find_map(|line| line.strip_prefix("Token: "));
        line.expect("the mail has a token").trim().to_owned()
    }
}

/// Long lines are folded in mails whose lines must be short.
fn unfolded(mail: &str) -> String {
    mail.replace("=\r\n", "").replace("=3D", "=")
}
