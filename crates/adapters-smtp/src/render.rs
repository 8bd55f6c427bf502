//! From what a mail is about to what is sent.

use chrono::{DateTime, Utc};
use domain::account::locale::Locale;
use domain::outage::BoxError;
use domain::port::mailer::{Mail, MailContent};
use lettre::Message;
use lettre::message::{Mailbox, MultiPart};
use minijinja::{Environment, Value, context};

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

templates!("verify_email", "refresh_token_reused");

/// Renders mails. Names that end in `.html` are escaped, others are not.
pub(crate) struct Renderer {
    environment: Environment<'static>,
    from: Mailbox,
}

impl Renderer {
    pub(crate) fn new(from: Mailbox) -> Result<Self, minijinja::Error> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
        for (name, source) in TEMPLATES {
            environment.add_template(name, source)?;
        }
        Ok(Self { environment, from })
    }

    /// The mail with text and HTML. Its `Message-ID` is made of the job, so that a mail that is sent again is the same mail.
    pub(crate) fn message(&self, mail: &Mail) -> Result<Message, BoxError> {
        let (name, values) = values(mail);
        let language = mail.locale.code();
        let body = |form: &str| {
            let template = self
                .environment
                .get_template(&format!("{name}.{language}.{form}"))?;
            template.render(&values)
        };
        let (text, html) = (body("txt")?, body("html")?);
        let domain = self.from.email.domain();
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, mail.to.as_str().parse()?))
            .subject(subject(&mail.content, mail.locale))
            .message_id(Some(format!("<{}@{domain}>", mail.job)))
            .multipart(MultiPart::alternative_plain_html(text, html))?;
        Ok(message)
    }
}

fn subject(content: &MailContent, locale: Locale) -> &'static str {
    match (content, locale) {
        (MailContent::VerifyEmail { .. }, Locale::English) => "Please confirm your address",
        (MailContent::VerifyEmail { .. }, Locale::Indonesian) => "Mohon konfirmasi alamat Anda",
        (MailContent::RefreshTokenReused { .. }, Locale::English) => "A session of yours was ended",
        (MailContent::RefreshTokenReused { .. }, Locale::Indonesian) => {
            "Salah satu sesi Anda diakhiri"
        }
    }
}

fn values(mail: &Mail) -> (&'static str, Value) {
    let username = mail.username.as_str();
    match &mail.content {
        MailContent::VerifyEmail {
            link,
            token,
            expires_at,
        } => (
            "verify_email",
            context! {
                username, link => link.expose(), token => token.expose(), expires_at => told(*expires_at),
            },
        ),
        MailContent::RefreshTokenReused { at } => (
            "refresh_token_reused",
            context! { username, at => told(*at) },
        ),
    }
}

fn told(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;
    use domain::account::email::Email;
    use domain::account::username::Username;
    use domain::id::JobId;
    use domain::secret::Secret;
    use uuid::Uuid;

    fn noon() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap()
    }

    fn contents() -> [MailContent; 2] {
        let token = format!("sho_{}", "x".repeat(64));
        [
            MailContent::VerifyEmail {
                link: Secret::new(format!("https://scripthub.test/verify-email#token={token}")),
                token: Secret::new(token),
                expires_at: noon(),
            },
            MailContent::RefreshTokenReused { at: noon() },
        ]
    }

    fn mail(content: MailContent, locale: Locale) -> Mail {
        Mail {
            job: JobId::new(Uuid::from_u128(7)),
            to: Email::parse("ada@example.org").unwrap(),
            username: Username::parse("ada").unwrap(),
            locale,
            content,
        }
    }

    fn renderer() -> Renderer {
        Renderer::new("ScriptHub <mail@scripthub.test>".parse().unwrap()).unwrap()
    }

    #[test]
    fn every_mail_reads_well_in_both_languages() {
        for content in contents() {
            for locale in Locale::ALL {
                let mail = mail(content.clone(), locale);
                let (name, values) = values(&mail);
                for form in ["txt", "html"] {
                    let name = format!("{name}.{}.{form}", locale.code());
                    let renderer = renderer();
                    let template = renderer.environment.get_template(&name).unwrap();
                    insta::assert_snapshot!(name, template.render(&values).unwrap());
                }
            }
        }
    }

    #[test]
    fn the_token_stands_in_one_piece_on_a_line_of_its_own() {
        let [verification, _] = contents();
        let message = renderer()
            .message(&mail(verification, Locale::English))
            .unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        let token = format!("Token: sho_{}", "x".repeat(64));
        assert!(text.lines().any(|line| line.trim_end() == token), "{text}");
    }

    #[test]
    fn a_mail_that_is_sent_again_is_the_same_mail() {
        let [_, reused] = contents();
        let id = |mail: &Mail| {
            let message = renderer().message(mail).unwrap();
            let text = String::from_utf8(message.formatted()).unwrap();
            let line = text.lines().find(|line| line.starts_with("Message-ID"));
            line.unwrap().to_owned()
        };
        let mail = mail(reused, Locale::Indonesian);
        assert_eq!(id(&mail), id(&mail));
        assert!(id(&mail).contains("00000000-0000-0000-0000-000000000007@scripthub.test"));
    }
}
