//! Versions: immutable, numbered from 1, each with its content.

use chrono::{DateTime, Utc};

use crate::id::{ScriptId, UserId};
use crate::script::content::Sha256;
use crate::script::wording::Changelog;
use crate::violation::{Unit, Violation};

/// The number of a version within its script, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionNumber(u32);

impl VersionNumber {
    /// The version that a script is made with.
    pub const FIRST: Self = Self(1);

    /// A number from 1, as storage or a URL gives it.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        if number >= 1 {
            Some(Self(number))
        } else {
            None
        }
    }

    /// The bare number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The number after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// A name for a version, unique in its script: `[0-9A-Za-z.+_-]`, up to 32 characters, with a letter or dot in
/// it, so that it cannot be mistaken for a number or a digest.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VersionLabel(String);

impl VersionLabel {
    /// Parses a label.
    ///
    /// # Errors
    /// The rule that the label breaks.
    pub fn parse(input: &str) -> Result<Self, Violation> {
        let label = input.trim();
        if label.is_empty() {
            return Err(Violation::Required);
        }
        if label.len() > 32 {
            return Err(Violation::TooLong {
                max: 32,
                unit: Unit::Characters,
            });
        }
        if !label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".+_-".contains(&b))
        {
            return Err(Violation::Malformed("letters, digits and . + _ -"));
        }
        if label.bytes().all(|b| b.is_ascii_digit())
            || !label.starts_with(|c: char| c.is_ascii_alphanumeric())
        {
            return Err(Violation::Malformed(
                "more than a number, such as 1.0 or v2, starting with a letter or digit",
            ));
        }
        if label.eq_ignore_ascii_case("latest") {
            return Err(Violation::Reserved);
        }
        Ok(Self(label.to_owned()))
    }

    /// A label as storage holds it.
    #[must_use]
    pub const fn restore(label: String) -> Self {
        Self(label)
    }

    /// The label as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which version somebody means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionSelector {
    /// The one with the highest number.
    Latest,
    /// The one of this number.
    Number(VersionNumber),
    /// The newest one with this content.
    Digest(Sha256),
    /// The one with this name.
    Label(VersionLabel),
}

impl VersionSelector {
    /// Reads a path segment: `latest`, a number, 64 hexadecimal digits, or a label. `None` can name no version.
    #[must_use]
    pub fn parse(segment: &str) -> Option<Self> {
        if segment == "latest" {
            return Some(Self::Latest);
        }
        if segment.bytes().all(|b| b.is_ascii_digit()) {
            return segment
                .parse()
                .ok()
                .and_then(VersionNumber::new)
                .map(Self::Number);
        }
        if let Some(digest) = Sha256::from_hex(segment) {
            return Some(Self::Digest(digest));
        }
        VersionLabel::parse(segment).ok().map(Self::Label)
    }

    /// Whether what it names can never be another content.
    #[must_use]
    pub const fn is_pinned(&self) -> bool {
        !matches!(self, Self::Latest)
    }
}

/// A version, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Of which script.
    pub script: ScriptId,
    /// Which one.
    pub number: VersionNumber,
    /// Its name.
    pub label: Option<VersionLabel>,
    /// What is new.
    pub changelog: Changelog,
    /// Digest of its content.
    pub sha256: Sha256,
    /// Length of its content in bytes.
    pub size: u32,
    /// Who published it.
    pub author: UserId,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was withdrawn from use.
    pub yanked_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_read_as_what_it_looks_like() {
        assert_eq!(
            VersionSelector::parse("latest"),
            Some(VersionSelector::Latest)
        );
        assert_eq!(
            VersionSelector::parse("12"),
            VersionNumber::new(12).map(VersionSelector::Number)
        );
        assert!(matches!(
            VersionSelector::parse(&"ab".repeat(32)),
            Some(VersionSelector::Digest(_))
        ));
        assert!(matches!(
            VersionSelector::parse("1.0.2-rc.1"),
            Some(VersionSelector::Label(_))
        ));
    }

    #[test]
    fn what_can_name_no_version_is_none() {
        for bad in ["0", "99999999999999999999", "../raw", "", "a b", "-1"] {
            assert_eq!(VersionSelector::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_label_cannot_be_mistaken_for_a_number_or_for_latest() {
        assert!(VersionLabel::parse("12").is_err());
        assert_eq!(VersionLabel::parse("Latest"), Err(Violation::Reserved));
        assert!(VersionLabel::parse("v12").is_ok());
    }
}
