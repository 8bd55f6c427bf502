//! Accounts: joining, confirming an address, passwords, telling about oneself, leaving and coming back.

pub mod avatar;
pub mod change_email;
pub mod change_password;
pub mod confirm_email_change;
pub mod create_admin;
pub mod delete;
pub mod export;
pub mod forgot_password;
pub mod guess_budget;
pub mod lock_down;
pub mod profile;
pub mod register;
pub mod resend_verification;
pub mod reset_password;
pub mod restore;
pub mod verify_email;

use chrono::{DateTime, Utc};
use domain::account::email::Email;
use domain::account::one_time_token::{OneTimeToken, TokenPurpose};
use domain::account::user::User;
use domain::account::username::Username;
use domain::audit::AuditEntry;
use domain::id::UserId;
use domain::job::{Job, Letter, MailOrder, NewJob};
use domain::journal::Journal;
use domain::port::ids::Ids;

/// A fresh token of a purpose, and a mail with the letter that brings it.
fn mailed_token(
    ids: &dyn Ids,
    user: UserId,
    purpose: TokenPurpose,
    letter: Letter,
    now: DateTime<Utc>,
) -> (OneTimeToken, NewJob) {
    let token = OneTimeToken::new(ids.token(), user, purpose, now);
    (token, mail(ids, MailOrder::with_token(&token, letter), now))
}

/// What a notice says.
pub(crate) struct Notice {
    letter: Letter,
    detail: Option<String>,
}

impl Notice {
    pub(crate) const fn of(letter: Letter) -> Self {
        Self {
            letter,
            detail: None,
        }
    }

    /// The same, and what it names.
    pub(crate) fn naming(self, detail: Option<String>) -> Self {
        Self { detail, ..self }
    }
}

impl From<Letter> for Notice {
    fn from(letter: Letter) -> Self {
        Self::of(letter)
    }
}

/// An entry with a notice about the security of an account; whoever gets it can answer "this was not me" for a week.
pub(crate) fn with_notice(
    ids: &dyn Ids,
    entry: AuditEntry,
    user: UserId,
    notice: impl Into<Notice>,
    now: DateTime<Utc>,
) -> Journal {
    let Notice { letter, detail } = notice.into();
    let token = OneTimeToken::new(ids.token(), user, TokenPurpose::NotMe, now);
    let order = MailOrder::with_token(&token, letter).naming(detail);
    Journal::new(entry).enqueue_with(token, mail(ids, order, now))
}

/// A mail to be sent at once.
pub(crate) fn mail(ids: &dyn Ids, order: MailOrder, now: DateTime<Utc>) -> NewJob {
    NewJob {
        id: ids.job(),
        run_at: now,
        job: Job::SendMail(order),
    }
}

/// What somebody who guesses the password of a person would try first.
fn words_about(
    username: &Username,
    email: Option<&Email>,
    display_name: Option<&str>,
) -> Vec<String> {
    let mut words = vec![username.as_str().to_owned()];
    if let Some(email) = email {
        words.push(email.as_str().to_owned());
        words.extend(email.as_str().split(['@', '.']).map(str::to_owned));
    }
    words.extend(
        display_name
            .into_iter()
            .flat_map(str::split_whitespace)
            .map(str::to_owned),
    );
    words
}

fn words_about_user(user: &User) -> Vec<String> {
    let display_name = user
        .display_name
        .as_ref()
        .map(domain::account::profile::DisplayName::as_str);
    words_about(&user.username, user.email.as_ref(), display_name)
}
