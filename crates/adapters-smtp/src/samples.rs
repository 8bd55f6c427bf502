//! One of every mail, for looking at: `cargo xtask mail-preview` shows them, and snapshot tests hold them.

use chrono::{DateTime, TimeDelta, Utc};
use domain::account::email::Email;
use domain::account::locale::Locale;
use domain::account::username::Username;
use domain::id::JobId;
use domain::job::Letter;
use domain::outage::BoxError;
use domain::port::mailer::{Mail, MailAction};
use domain::secret::Secret;
use uuid::Uuid;

use crate::render::{Renderer, subject};

/// A mail as its reader gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Which letter: the name of its templates.
    pub letter: &'static str,
    /// In which language, as a code.
    pub language: &'static str,
    /// The line in the list of mails.
    pub subject: &'static str,
    /// For programs that show no HTML.
    pub text: String,
    /// For all others.
    pub html: String,
}

/// Every letter in every language, about a person who does not exist.
///
/// # Errors
/// A template that cannot be rendered.
pub fn samples() -> Result<Vec<Sample>, BoxError> {
    let renderer = Renderer::new("ScriptHub <mail@scripthub.test>".parse()?)?;
    let mut samples = Vec::new();
    for letter in Letter::ALL.iter().copied() {
        for locale in Locale::ALL {
            let mail = mail(letter, locale)?;
            samples.push(Sample {
                letter: letter.name(),
                language: locale.code(),
                subject: subject(letter, locale),
                text: renderer.body(&mail, "txt")?,
                html: renderer.body(&mail, "html")?,
            });
        }
    }
    Ok(samples)
}

/// The mail that a letter becomes.
pub(crate) fn mail(letter: Letter, locale: Locale) -> Result<Mail, BoxError> {
    let brings_a_token = !matches!(
        letter,
        Letter::AlreadyRegistered
            | Letter::AccountDeleted
            | Letter::AccountRestored
            | Letter::EmailChanged
    );
    Ok(Mail {
        job: JobId::new(Uuid::from_u128(7)),
        to: Email::parse("ada@example.org")?,
        username: Username::parse("ada")?,
        locale,
        letter,
        detail: detail(letter),
        at: noon(),
        action: brings_a_token.then(action),
    })
}

/// Noon of the first of March 2026.
fn noon() -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_513) + TimeDelta::hours(12)
}

fn action() -> MailAction {
    let token = format!("sho_{}", "x".repeat(64));
    MailAction {
        link: Secret::new(format!("https://scripthub.test/page#token={token}")),
        token: Secret::new(token),
        expires_at: noon(),
    }
}

/// What letters of this kind name.
fn detail(letter: Letter) -> Option<String> {
    let named = match letter {
        Letter::NewDevice => "Firefox, Linux",
        Letter::ProviderLinked | Letter::ProviderUnlinked => "github",
        Letter::AccountSuspended => "It said <b>one</b> thing & did another.",
        _ => return None,
    };
    Some(named.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mail_reads_well_in_both_languages() {
        for sample in samples().unwrap() {
            let Sample {
                letter, language, ..
            } = sample;
            insta::assert_snapshot!(format!("{letter}.{language}.txt"), sample.text);
            insta::assert_snapshot!(format!("{letter}.{language}.html"), sample.html);
        }
    }

    #[test]
    fn every_letter_has_a_subject_of_its_own() {
        let samples = samples().unwrap();
        let subjects: std::collections::HashSet<_> =
            samples.iter().map(|sample| sample.subject).collect();
        assert_eq!(subjects.len(), samples.len());
    }
}
