//! What people tell about themselves, and how they change it.

use chrono::{DateTime, Utc};

use crate::account::locale::Locale;
use crate::id::UserId;
use crate::journal::Journal;
use crate::revision::Revision;
use crate::text;
use crate::violation::Violation;

/// A name in front of people: one line of 1 to 64 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayName(String);

/// A few words about a person: up to 2,000 bytes of Markdown, empty by default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Biography(String);

const LONGEST_NAME: usize = 64;

impl DisplayName {
    /// Parses a name.
    ///
    /// # Errors
    /// The rule that the name breaks.
    pub fn parse(input: &str) -> Result<Self, Violation> {
        text::required_line(input, LONGEST_NAME).map(Self)
    }

    /// The name in a text that somebody else vouches for: without what is not allowed, and no longer than a name may be. `None`
    /// if nothing is left.
    #[must_use]
    pub fn clean(input: &str) -> Option<Self> {
        let fitting: String = input
            .trim()
            .chars()
            .filter(|letter| !matches!(letter, '<' | '>') && text::is_plain(*letter))
            .take(LONGEST_NAME)
            .collect();
        Self::parse(&fitting).ok()
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

impl Biography {
    /// Parses a biography.
    ///
    /// # Errors
    /// The rule that the text breaks.
    pub fn parse(input: &str) -> Result<Self, Violation> {
        text::block(input, 2_000).map(Self)
    }

    /// A biography as storage holds it.
    #[must_use]
    pub const fn restore(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A change of one's own profile: what is `None` stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProfilePatch {
    /// Another display name, or (`Some(None)`) none.
    pub display_name: Option<Option<DisplayName>>,
    /// Another biography.
    pub biography: Option<Biography>,
    /// Another language for mails.
    pub locale: Option<Locale>,
}

/// One change of a profile, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileChange {
    /// Whose profile.
    pub user: UserId,
    /// The state that the change was made for.
    pub expected: Revision,
    /// What changes.
    pub patch: ProfilePatch,
    /// When.
    pub at: DateTime<Utc>,
    /// The audit trail.
    pub journal: Journal,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_somebody_else_is_cleaned() {
        let clean = |input: &str| DisplayName::clean(input).map(|name| name.as_str().to_owned());
        assert_eq!(
            clean(" Ada\r\n Lovelace\u{202e} "),
            Some("Ada Lovelace".to_owned())
        );
        assert_eq!(clean("<img onerror=x>"), Some("img onerror=x".to_owned()));
        assert_eq!(clean(&"a".repeat(10_240)), Some("a".repeat(64)));
        for nothing in ["", " \t ", "\u{200b}", "\0"] {
            assert_eq!(clean(nothing), None, "{nothing:?}");
        }
    }
}
