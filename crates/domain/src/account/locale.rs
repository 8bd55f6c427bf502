//! The languages we write to people in.

use crate::violation::Violation;

/// A language of our mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Locale {
    /// English.
    #[default]
    English,
    /// Indonesian.
    Indonesian,
}

impl Locale {
    /// Both.
    pub const ALL: [Self; 2] = [Self::English, Self::Indonesian];

    /// The ISO 639-1 code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Indonesian => "id",
        }
    }

    /// Parses an ISO 639-1 code, with or without a region (`id-ID`).
    ///
    /// # Errors
    /// [`Violation::Unknown`] for a language that we do not write.
    pub fn parse(input: &str) -> Result<Self, Violation> {
        let language = input.split(['-', '_']).next().unwrap_or(input);
        Self::ALL
            .into_iter()
            .find(|locale| locale.code().eq_ignore_ascii_case(language))
            .ok_or(Violation::Unknown("en, id"))
    }
}
