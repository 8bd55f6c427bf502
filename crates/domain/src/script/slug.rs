//! Slugs: the last part of a script's readable address.

use std::fmt;

use crate::id::ScriptId;
use crate::violation::{Unit, Violation};

/// 1 to 64 lower-case letters, digits and single hyphens between them; unique for its owner.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slug(String);

const LONGEST: usize = 64;

impl Slug {
    /// Parses a slug that somebody wants.
    ///
    /// # Errors
    /// The rule that the slug breaks.
    pub fn parse(input: &str) -> Result<Self, Violation> {
        if input.is_empty() {
            return Err(Violation::Required);
        }
        if input.len() > LONGEST {
            return Err(Violation::TooLong {
                max: LONGEST,
                unit: Unit::Characters,
            });
        }
        let words_are_good = input.split('-').all(|word| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
        if !words_are_good {
            return Err(Violation::Malformed(
                "lower-case letters, digits and single hyphens between them",
            ));
        }
        Ok(Self(input.to_owned()))
    }

    /// A slug as storage holds it.
    #[must_use]
    pub const fn restore(slug: String) -> Self {
        Self(slug)
    }

    /// The slug that a title suggests; a title without Latin letters or digits suggests `script`.
    #[must_use]
    pub fn suggested_by(title: &str) -> Self {
        let mut slug = String::with_capacity(title.len().min(LONGEST));
        for c in title.chars() {
            if slug.len() >= LONGEST {
                break;
            }
            if c.is_ascii_alphanumeric() {
                slug.push(c.to_ascii_lowercase());
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        let trimmed = slug.trim_end_matches('-');
        Self(if trimmed.is_empty() {
            "script".to_owned()
        } else {
            trimmed.to_owned()
        })
    }

    /// A variant that no other script of the owner has: the slug and the start of the script's id.
    #[must_use]
    pub fn made_unique_by(&self, id: ScriptId) -> Self {
        let suffix: String = id.as_uuid().simple().to_string().chars().take(8).collect();
        let stem: String = self.0.chars().take(LONGEST - 1 - suffix.len()).collect();
        Self(format!("{}-{suffix}", stem.trim_end_matches('-')))
    }

    /// The slug as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    #[test]
    fn a_title_suggests_its_words() {
        assert_eq!(
            Slug::suggested_by("  Hello, World! (v2)").as_str(),
            "hello-world-v2"
        );
        assert_eq!(Slug::suggested_by("脚本").as_str(), "script");
    }

    proptest! {
        #[test]
        fn whatever_the_title_the_suggestion_and_its_unique_variant_are_slugs(title: String, id: u128) {
            let slug = Slug::suggested_by(&title);
            prop_assert_eq!(Slug::parse(slug.as_str()), Ok(slug.clone()));
            let unique = slug.made_unique_by(ScriptId::new(Uuid::from_u128(id)));
            prop_assert_eq!(Slug::parse(unique.as_str()), Ok(unique.clone()));
        }
    }
}
