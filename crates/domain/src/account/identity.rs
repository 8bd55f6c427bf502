//! Who somebody is to a provider that they sign in through.

use chrono::{DateTime, Utc};

use crate::account::email::Email;
use crate::account::profile::DisplayName;
use crate::violation::{Unit, Violation};

/// The name of a provider in settings, URLs and rows: 2 to 32 lower-case letters, digits and `-`, starting with a letter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderName(String);

/// The names that stand for something else: `email` is the way of the password, the others are pages beside the providers.
const RESERVED: [&str; 16] = [
    "email",
    "exchange",
    "link",
    "login",
    "logout",
    "mfa",
    "not-me",
    "passkey",
    "password",
    "providers",
    "reauthenticate",
    "refresh",
    "register",
    "restore",
    "sessions",
    "verify-email",
];

impl ProviderName {
    /// Parses a name.
    ///
    /// # Errors
    /// The rule that the name breaks.
    pub fn parse(input: &str) -> Result<Self, Violation> {
        if input.len() < 2 {
            return Err(Violation::TooShort { min: 2 });
        }
        if input.len() > 32 {
            return Err(Violation::TooLong {
                max: 32,
                unit: Unit::Characters,
            });
        }
        let is_well_formed = input.starts_with(|letter: char| letter.is_ascii_lowercase())
            && input
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !is_well_formed {
            return Err(Violation::Malformed(
                "lower-case letters, digits and '-', starting with a letter",
            ));
        }
        if RESERVED.contains(&input) {
            return Err(Violation::Reserved);
        }
        Ok(Self(input.to_owned()))
    }

    /// A name as storage holds it.
    #[must_use]
    pub const fn restore(name: String) -> Self {
        Self(name)
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A provider's own id of a person: 1 to 255 printable ASCII characters (OpenID Connect Core 1.0, section 2). Never an
/// address and never a name: both change hands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProviderSubject(String);

impl ProviderSubject {
    /// Parses an id.
    ///
    /// # Errors
    /// The rule that the id breaks.
    pub fn parse(input: &str) -> Result<Self, Violation> {
        if input.is_empty() {
            return Err(Violation::Required);
        }
        if input.len() > 255 {
            return Err(Violation::TooLong {
                max: 255,
                unit: Unit::Bytes,
            });
        }
        if !input
            .bytes()
            .all(|byte| byte == b' ' || byte.is_ascii_graphic())
        {
            return Err(Violation::ForbiddenCharacter);
        }
        Ok(Self(input.to_owned()))
    }

    /// An id as storage holds it.
    #[must_use]
    pub const fn restore(subject: String) -> Self {
        Self(subject)
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Somebody, as a provider knows them; belongs to one account at most.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The provider.
    pub provider: ProviderName,
    /// Its id of the person.
    pub subject: ProviderSubject,
}

/// What a provider says about an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProvidedEmail {
    /// The provider has made sure that it is the person's.
    Verified(Email),
    /// There is none, the provider has not made sure, or does not say: nothing is ever matched on it.
    Unproven,
}

impl ProvidedEmail {
    /// An address, and whether the provider says in so many words that it is the person's.
    #[must_use]
    pub fn read(address: Option<&str>, is_verified: bool) -> Self {
        match address.map(Email::parse) {
            Some(Ok(email)) if is_verified => Self::Verified(email),
            _ => Self::Unproven,
        }
    }

    /// The address, where it counts.
    #[must_use]
    pub const fn verified(&self) -> Option<&Email> {
        match self {
            Self::Verified(email) => Some(email),
            Self::Unproven => None,
        }
    }
}

/// What a provider tells about somebody. All of it was written by that person, and none of it is trusted but the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderProfile {
    /// The provider's own id of the person.
    pub subject: ProviderSubject,
    /// Their address.
    pub email: ProvidedEmail,
    /// Their name in front of people, cleaned.
    pub display_name: Option<DisplayName>,
    /// Their name there; only a hint for ours, of any form.
    pub login: Option<String>,
}

/// A way to sign in that an account has, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedIdentity {
    /// The provider.
    pub provider: ProviderName,
    /// Since when.
    pub linked_at: DateTime<Utc>,
}

/// All ways to sign in that an account has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignInWays {
    /// Since when it has a password, where it has one.
    pub password_since: Option<DateTime<Utc>>,
    /// The identities, the oldest first.
    pub identities: Vec<LinkedIdentity>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_means_something_else_is_no_provider() {
        for bad in [
            "",
            "x",
            "email",
            "sessions",
            "providers",
            "Google",
            "a_b",
            "-a",
            "a/b",
            "a\0",
        ] {
            assert!(ProviderName::parse(bad).is_err(), "{bad:?} was accepted");
        }
        for good in ["google", "github", "my-company", "idp2"] {
            assert_eq!(ProviderName::parse(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn an_address_counts_only_when_it_is_well_formed_and_verified() {
        let read = |address, is_verified| {
            ProvidedEmail::read(address, is_verified)
                .verified()
                .is_some()
        };
        assert!(read(Some("ada@example.org"), true));
        assert!(!read(Some("ada@example.org"), false));
        assert!(!read(Some("ada@example.org\r\nBcc: eve@example.org"), true));
        assert!(!read(None, true));
    }

    #[test]
    fn a_subject_is_short_and_printable() {
        assert!(ProviderSubject::parse("auth0|5f7c8ec7c33c6c004bbafe82").is_ok());
        for bad in [
            String::new(),
            "a\0".to_owned(),
            "ü".to_owned(),
            "a".repeat(256),
        ] {
            assert!(
                ProviderSubject::parse(&bad).is_err(),
                "{bad:?} was accepted"
            );
        }
    }
}
