//! From what a mail is about to what is sent.

use chrono::{DateTime, Utc};
use domain::account::locale::Locale;
use domain::job::Letter;
use domain::outage::BoxError;
use domain::port::mailer::Mail;
use lettre::Message;
use lettre::message::{Mailbox, MultiPart};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, context};

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        /// Every template in both languages and both forms.
        const TEMPLATES: &[(&str, &str)] = &[$(
            (concat!($name, ".en.txt"), include_str!(concat!("../templates/", $name, ".en.txt"))),
            (concat!($name, ".en.html"), include_str!(concat!("../templates/", $name, ".en.html"))),
            (concat!($name, ".id.txt"), include_str!(concat!("../templates/", $name, ".id.txt"))),
            (concat!($name, ".id.html"), include_str!(concat!("../templates/", $name, ".id.html"))),
        )*];
    };
}

templates!(
    "verify_email",
    "already_registered",
    "reset_password",
    "password_changed",
    "mfa_enabled",
    "mfa_disabled",
    "provider_linked",
    "provider_unlinked",
    "link_pending",
    "account_taken_over",
    "account_deleted",
    "account_restored",
    "account_suspended",
    "suspension_lifted",
    "account_removed",
    "confirm_email_change",
    "email_change_requested",
    "email_replaced",
    "email_changed",
    "locked_down",
    "api_key_created",
    "new_device",
    "refresh_token_reused"
);

/// What templates are made of: the frame of every HTML mail, and the way back that notices offer.
const PARTS: &[(&str, &str)] = &[
    ("layout.html", include_str!("../templates/layout.html")),
    ("not_me.en.txt", include_str!("../templates/not_me.en.txt")),
    (
        "not_me.en.html",
        include_str!("../templates/not_me.en.html"),
    ),
    ("not_me.id.txt", include_str!("../templates/not_me.id.txt")),
    (
        "not_me.id.html",
        include_str!("../templates/not_me.id.html"),
    ),
];

/// Renders mails. Names that end in `.html` are escaped, others are not.
pub(crate) struct Renderer {
    environment: Environment<'static>,
    from: Mailbox,
}

impl Renderer {
    pub(crate) fn new(from: Mailbox) -> Result<Self, minijinja::Error> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).build()?);
        for (name, source) in PARTS.iter().chain(TEMPLATES) {
            environment.add_template(name, source)?;
        }
        Ok(Self { environment, from })
    }

    /// The mail with text and HTML. Its `Message-ID` is made of the job, so that a mail that is sent again is the same mail.
    pub(crate) fn message(&self, mail: &Mail) -> Result<Message, BoxError> {
        let (text, html) = (self.body(mail, "txt")?, self.body(mail, "html")?);
        let domain = self.from.email.domain();
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, mail.to.as_str().parse()?))
            .subject(subject(mail.letter, mail.locale))
            .message_id(Some(format!("<{}@{domain}>", mail.job)))
            .multipart(MultiPart::alternative_plain_html(text, html))?;
        Ok(message)
    }

    /// One form of a mail. A letter whose template asks for a token that the mail does not bring is an error.
    pub(crate) fn body(&self, mail: &Mail, form: &str) -> Result<String, minijinja::Error> {
        let (letter, language) = (mail.letter.name(), mail.locale.code());
        let template = self
            .environment
            .get_template(&format!("{letter}.{language}.{form}"))?;
        let (username, at) = (mail.username.as_str(), told(mail.at));
        let detail = mail.detail.as_deref();
        match &mail.action {
            None => template.render(context! { username, at, detail }),
            Some(action) => template.render(context! {
                username,
                at,
                detail,
                link => action.link.expose(),
                token => action.token.expose(),
                expires_at => told(action.expires_at),
            }),
        }
    }
}

pub(crate) const fn subject(letter: Letter, locale: Locale) -> &'static str {
    use Letter::{
        AccountDeleted, AccountRemoved, AccountRestored, AccountSuspended, AccountTakenOver,
        AlreadyRegistered, ApiKeyCreated, ConfirmEmailChange, EmailChangeRequested, EmailChanged,
        EmailReplaced, LinkPending, LockedDown, MfaDisabled, MfaEnabled, NewDevice,
        PasswordChanged, ProviderLinked, ProviderUnlinked, RefreshTokenReused, ResetPassword,
        SuspensionLifted, VerifyEmail,
    };
    use Locale::{English, Indonesian};
    match (letter, locale) {
        (VerifyEmail, English) => "Please confirm your address",
        (VerifyEmail, Indonesian) => "Mohon konfirmasi alamat Anda",
        (AlreadyRegistered, English) => "You have an account already",
        (AlreadyRegistered, Indonesian) => "Anda sudah memiliki akun",
        (ResetPassword, English) => "Set a new password",
        (ResetPassword, Indonesian) => "Tetapkan kata sandi baru",
        (PasswordChanged, English) => "Your password was changed",
        (PasswordChanged, Indonesian) => "Kata sandi Anda telah diubah",
        (MfaEnabled, English) => "Two-step sign-in is on",
        (MfaEnabled, Indonesian) => "Verifikasi dua langkah aktif",
        (MfaDisabled, English) => "Two-step sign-in is off",
        (MfaDisabled, Indonesian) => "Verifikasi dua langkah nonaktif",
        (ProviderLinked, English) => "A new way to sign in was linked",
        (ProviderLinked, Indonesian) => "Cara masuk baru telah ditautkan",
        (ProviderUnlinked, English) => "A way to sign in was unlinked",
        (ProviderUnlinked, Indonesian) => "Tautan cara masuk telah dilepas",
        (LinkPending, English) => "Is it you who wants to sign in?",
        (LinkPending, Indonesian) => "Apakah Anda yang ingin masuk?",
        (AccountTakenOver, English) => "An account with your address is yours now",
        (AccountTakenOver, Indonesian) => "Akun dengan alamat Anda sekarang milik Anda",
        (ConfirmEmailChange, English) => "Please confirm your new address",
        (ConfirmEmailChange, Indonesian) => "Mohon konfirmasi alamat baru Anda",
        (EmailChangeRequested, English) => "Another address was asked for",
        (EmailChangeRequested, Indonesian) => "Alamat lain diminta untuk akun Anda",
        (EmailReplaced, English) => "Your account has another address now",
        (EmailReplaced, Indonesian) => "Akun Anda kini memakai alamat lain",
        (EmailChanged, English) => "This is the address of your account now",
        (EmailChanged, Indonesian) => "Ini alamat akun Anda sekarang",
        (LockedDown, English) => "Your account was locked down",
        (LockedDown, Indonesian) => "Akun Anda dikunci",
        (AccountDeleted, English) => "Your account was deleted",
        (AccountDeleted, Indonesian) => "Akun Anda telah dihapus",
        (AccountRestored, English) => "Your account is back",
        (AccountRestored, Indonesian) => "Akun Anda telah dipulihkan",
        (AccountSuspended, English) => "Your account is suspended",
        (AccountSuspended, Indonesian) => "Akun Anda ditangguhkan",
        (SuspensionLifted, English) => "You can sign in again",
        (SuspensionLifted, Indonesian) => "Anda dapat masuk kembali",
        (AccountRemoved, English) => "Your account was deleted by our staff",
        (AccountRemoved, Indonesian) => "Akun Anda dihapus oleh staf kami",
        (ApiKeyCreated, English) => "An API key was made for your account",
        (ApiKeyCreated, Indonesian) => "Kunci API baru dibuat untuk akun Anda",
        (NewDevice, English) => "A new device signed in to your account",
        (NewDevice, Indonesian) => "Perangkat baru masuk ke akun Anda",
        (RefreshTokenReused, English) => "A session of yours was ended",
        (RefreshTokenReused, Indonesian) => "Salah satu sesi Anda diakhiri",
    }
}

fn told(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::mail;

    fn renderer() -> Renderer {
        Renderer::new("ScriptHub <mail@scripthub.test>".parse().unwrap()).unwrap()
    }

    #[test]
    fn a_letter_without_its_token_is_not_sent() {
        let mut mail = mail(Letter::ResetPassword, Locale::English).unwrap();
        mail.action = None;
        assert!(renderer().message(&mail).is_err());
    }

    #[test]
    fn the_token_stands_in_one_piece_on_a_line_of_its_own() {
        let mail = mail(Letter::VerifyEmail, Locale::English).unwrap();
        let message = renderer().message(&mail).unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        let token = format!("Token: sho_{}", "x".repeat(64));
        assert!(text.lines().any(|line| line.trim_end() == token), "{text}");
    }

    #[test]
    fn a_mail_that_is_sent_again_is_the_same_mail() {
        let id = |mail: &Mail| {
            let message = renderer().message(mail).unwrap();
            let text = String::from_utf8(message.formatted()).unwrap();
            let line = text.lines().find(|line| line.starts_with("Message-ID"));
            line.unwrap().to_owned()
        };
        let mail = mail(Letter::RefreshTokenReused, Locale::Indonesian).unwrap();
        assert_eq!(id(&mail), id(&mail));
        assert!(id(&mail).contains("00000000-0000-0000-0000-000000000007@scripthub.test"));
    }
}
