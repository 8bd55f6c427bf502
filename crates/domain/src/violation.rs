//! Why a value was not accepted, in words for machines and for people.

use std::fmt;

/// The rule that an input broke.
///
/// Its [`code`](Violation::code) is stable and goes to clients, its `Display` is a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// Nothing was given where something is needed.
    Required,
    /// Fewer characters than the rule asks for.
    TooShort {
        /// The least number of characters.
        min: usize,
    },
    /// More characters (or bytes, or items) than the rule allows.
    TooLong {
        /// The most that fits.
        max: usize,
        /// What is counted.
        unit: Unit,
    },
    /// The form is wrong; the text says which form is expected.
    Malformed(&'static str),
    /// A control character, an invisible one, or one that changes the direction of text.
    ForbiddenCharacter,
    /// A name that is kept for the platform itself.
    Reserved,
    /// Not one of the values that the field knows.
    Unknown(&'static str),
}

/// What a length is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Unicode scalar values.
    Characters,
    /// Bytes of UTF-8.
    Bytes,
    /// Elements of a list.
    Items,
    /// Pixels of the longer side of a picture.
    PixelsASide,
    /// Pictures of an animation.
    Frames,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Characters => "characters",
            Self::Bytes => "bytes",
            Self::Items => "items",
            Self::PixelsASide => "pixels a side",
            Self::Frames => "frames",
        })
    }
}

impl Violation {
    /// The stable, machine-readable name of the broken rule.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::TooShort { .. } => "too_short",
            Self::TooLong { .. } => "too_long",
            Self::Malformed(_) => "malformed",
            Self::ForbiddenCharacter => "forbidden_character",
            Self::Reserved => "reserved",
            Self::Unknown(_) => "unknown_value",
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Required => f.write_str("must not be empty"),
            Self::TooShort { min } => write!(f, "must have at least {min} characters"),
            Self::TooLong { max, unit } => write!(f, "must have at most {max} {unit}"),
            Self::Malformed(expected) => write!(f, "must be {expected}"),
            Self::ForbiddenCharacter => {
                f.write_str("must not contain control, invisible or direction-changing characters")
            }
            Self::Reserved => f.write_str("is reserved"),
            Self::Unknown(expected) => write!(f, "must be one of {expected}"),
        }
    }
}
