//! API keys: made, shown once, listed, ended.

use chrono::{DateTime, TimeDelta, Utc};

use crate::access::key::KeyReach;
use crate::id::{ApiKeyId, UserId};
use crate::journal::Journal;
use crate::secret::Secret;
use crate::text;
use crate::violation::Violation;

/// A person has so many keys at most; expired ones do not count.
pub const MAX_KEYS_PER_USER: u32 = 50;

/// No key lives longer.
pub const LONGEST_LIFE: TimeDelta = TimeDelta::days(365);

/// A key of which nobody said how long it lives.
pub const USUAL_LIFE: TimeDelta = TimeDelta::days(90);

/// The use of a key is written down so often at most.
pub const USE_RECORDED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// What its owner calls a key: one line of 1 to 100 characters, unique among their living keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyName(String);

impl KeyName {
    /// Parses a name.
    ///
    /// # Errors
    /// The rule that the name breaks.
    pub fn parse(input: &str) -> Result<Self, Violation> {
        text::required_line(input, 100).map(Self)
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

/// How many days a key lives: 1 to 365.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyLife(TimeDelta);

impl Default for KeyLife {
    fn default() -> Self {
        Self(USUAL_LIFE)
    }
}

impl KeyLife {
    /// So many days.
    ///
    /// # Errors
    /// [`Violation::Malformed`] for less than a day and more than a year.
    pub fn days(days: u32) -> Result<Self, Violation> {
        let life = TimeDelta::days(days.into());
        if days >= 1 && life <= LONGEST_LIFE {
            Ok(Self(life))
        } else {
            Err(Violation::Malformed("1 to 365 days"))
        }
    }

    /// When a key that is made now ends.
    #[must_use]
    pub fn counted_from(self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + self.0
    }
}

/// What a key is stored and found by: a keyed hash of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyDigest([u8; 32]);

impl KeyDigest {
    /// A digest that was made or stored by us.
    #[must_use]
    pub const fn restore(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for storing and comparing.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A new key as text; its owner sees it once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyText {
    /// All of it.
    pub text: Secret<String>,
    /// Its beginning, by which its owner tells it from others.
    pub prefix: String,
    /// What it is stored by.
    pub digest: KeyDigest,
}

/// A key as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What its owner calls it.
    pub name: KeyName,
    /// The beginning of its text.
    pub prefix: String,
    /// How far it reaches.
    pub reach: KeyReach,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it was last used, within a minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A new key, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyIssue {
    /// Whose it is.
    pub user: UserId,
    /// The key.
    pub key: ApiKey,
    /// What it is found by.
    pub digest: KeyDigest,
    /// The audit trail and the mail.
    pub journal: Journal,
}

/// Why a key was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyIssueConflict {
    /// Another living key of the person has that name.
    NameTaken,
    /// The person has [`MAX_KEYS_PER_USER`] keys.
    TooMany,
    /// One of the scripts that it shall be kept to is not one of the person's.
    UnknownScript,
    /// The account is not active any more.
    AccountGone,
}

/// Ending a key, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRevocation {
    /// Which key.
    pub key: ApiKeyId,
    /// Whose; a key of somebody else is not touched, whatever its id.
    pub user: UserId,
    /// When.
    pub at: DateTime<Utc>,
    /// The audit trail.
    pub journal: Journal,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_lives_a_day_at_least_and_a_year_at_most() {
        assert!(KeyLife::days(0).is_err());
        assert!(KeyLife::days(366).is_err());
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(
            KeyLife::days(365).unwrap().counted_from(now),
            now + LONGEST_LIFE
        );
        assert_eq!(KeyLife::default().counted_from(now), now + USUAL_LIFE);
    }

    #[test]
    fn a_key_has_a_name_of_one_line() {
        assert!(KeyName::parse("CI of word-frequency").is_ok());
        assert!(KeyName::parse(" ").is_err());
        assert!(KeyName::parse("two\nlines").is_err());
        assert!(KeyName::parse(&"x".repeat(101)).is_err());
    }
}
