//! What a script is filed under.

use crate::text;
use crate::violation::{Unit, Violation};

/// The name of a programming language: lower case, `[a-z0-9+#._-]`, up to 32 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Language(String);

/// An SPDX expression, or the title of a licence of one's own: one line of up to 100 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Licence(String);

/// A tag: `[a-z0-9+#.-]`, up to 32 characters, starting with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(String);

/// Up to five tags, each once, in the order they were given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags(Vec<Tag>);

/// The slug of a category.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CategorySlug(String);

/// At most so many tags a script.
pub const MAX_TAGS: usize = 5;

fn name(input: &str, extra: &[u8], expected: &'static str) -> Result<String, Violation> {
    let text = input.trim().to_lowercase();
    if text.is_empty() {
        return Err(Violation::Required);
    }
    if text.len() > 32 {
        return Err(Violation::TooLong {
            max: 32,
            unit: Unit::Characters,
        });
    }
    let in_alphabet = text
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || extra.contains(&b));
    if !in_alphabet || !text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Err(Violation::Malformed(expected));
    }
    Ok(text)
}

impl Language {
    /// Parses the name of a language; case and blanks around it do not matter.
    ///
    /// # Errors
    /// The rule that the name breaks.
    pub fn parse(input: &str) -> Result<Self, Violation> {
        name(
            input,
            b"+#._-",
            "letters, digits and + # . _ -, starting with a letter or digit",
        )
        .map(Self)
    }

    /// A language as storage holds it.
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

impl Licence {
    /// Parses a licence.
    ///
    /// # Errors
    /// The rule that the text breaks.
    pub fn parse(input: &str) -> Result<Self, Violation> {
        text::required_line(input, 100).map(Self)
    }

    /// A licence as storage holds it.
    #[must_use]
    pub const fn restore(text: String) -> Self {
        Self(text)
    }

    /// The licence as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Tag {
    /// Parses a tag; case and blanks around it do not matter.
    ///
    /// # Errors
    /// The rule that the tag breaks.
    pub fn parse(input: &str) -> Result<Self, Violation> {
        name(
            input,
            b"+#.-",
            "letters, digits and + # . -, starting with a letter or digit",
        )
        .map(Self)
    }

    /// A tag as storage holds it.
    #[must_use]
    pub const fn restore(name: String) -> Self {
        Self(name)
    }

    /// The tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Tags {
    /// Collects tags; one that is given twice counts once.
    ///
    /// # Errors
    /// [`Violation::TooLong`] for more than [`MAX_TAGS`].
    pub fn collect(tags: impl IntoIterator<Item = Tag>) -> Result<Self, Violation> {
        let mut unique = Vec::new();
        for tag in tags {
            if !unique.contains(&tag) {
                unique.push(tag);
            }
        }
        if unique.len() > MAX_TAGS {
            return Err(Violation::TooLong {
                max: MAX_TAGS,
                unit: Unit::Items,
            });
        }
        Ok(Self(unique))
    }

    /// Tags as storage holds them.
    #[must_use]
    pub const fn restore(tags: Vec<Tag>) -> Self {
        Self(tags)
    }

    /// The tags.
    #[must_use]
    pub fn as_slice(&self) -> &[Tag] {
        &self.0
    }
}

impl CategorySlug {
    /// Parses the slug of a category; whether there is such a category, the store knows.
    ///
    /// # Errors
    /// The rule that the slug breaks.
    pub fn parse(input: &str) -> Result<Self, Violation> {
        name(input, b"-", "lower-case letters, digits and hyphens").map(Self)
    }

    /// A slug as storage holds it.
    #[must_use]
    pub const fn restore(slug: String) -> Self {
        Self(slug)
    }

    /// The slug as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_that_is_given_twice_counts_once_and_six_are_too_many() {
        let tags =
            |names: &[&str]| Tags::collect(names.iter().map(|name| Tag::parse(name).unwrap()));
        assert_eq!(tags(&["lua", "LUA", " lua "]).unwrap().as_slice().len(), 1);
        assert!(tags(&["a", "b", "c", "d", "e"]).is_ok());
        assert!(tags(&["a", "b", "c", "d", "e", "f"]).is_err());
    }

    #[test]
    fn languages_with_signs_in_their_names_are_known() {
        for good in ["c++", "C#", "objective-c", "F#", "lua"] {
            assert!(Language::parse(good).is_ok(), "{good}");
        }
        assert!(Language::parse("<script>").is_err());
    }
}
