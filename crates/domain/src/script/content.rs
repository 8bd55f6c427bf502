//! The text of a version, and the form it is stored in.

use std::fmt;

use crate::violation::{Unit, Violation};

/// The largest text that anybody may publish.
pub const MAX_BYTES: usize = 1024 * 1024;
/// The largest text that a holder of `api.advanced` may publish.
pub const MAX_BYTES_ADVANCED: usize = 2 * MAX_BYTES;

/// The SHA-256 of a content.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sha256([u8; 32]);

impl Sha256 {
    /// A digest as computed or stored.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Parses 64 hexadecimal digits.
    #[must_use]
    pub fn from_hex(hex: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        if hex.len() != 64 || !hex.is_ascii() {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256({self})")
    }
}

/// The text of a version: UTF-8, not empty, no NUL, at most as long as its author may publish.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceText(String);

impl SourceText {
    /// Parses a text of at most `max_bytes`.
    ///
    /// # Errors
    /// The rule that the text breaks.
    pub fn parse(input: String, max_bytes: usize) -> Result<Self, Violation> {
        if input.is_empty() {
            return Err(Violation::Required);
        }
        if input.len() > max_bytes {
            return Err(Violation::TooLong {
                max: max_bytes,
                unit: Unit::Bytes,
            });
        }
        if input.contains('\0') {
            return Err(Violation::ForbiddenCharacter);
        }
        Ok(Self(input))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SourceText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceText({} bytes)", self.0.len())
    }
}

/// A content as it is stored, once for every digest: compressed, ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct PackedContent {
    /// Digest of the text.
    pub sha256: Sha256,
    /// Length of the text in bytes.
    pub size: u32,
    /// The text as one gzip member (RFC 1952).
    pub gzip: Vec<u8>,
    /// Digest of `gzip`, for the `Repr-Digest` of a compressed answer (RFC 9530).
    pub gzip_sha256: Sha256,
}

impl fmt::Debug for PackedContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "PackedContent({:?}, {} bytes, {} packed)",
            self.sha256,
            self.size,
            self.gzip.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_survives_its_hexadecimal_form() {
        let digest = Sha256::new(std::array::from_fn(|i| u8::try_from(i * 7 % 256).unwrap()));
        assert_eq!(Sha256::from_hex(&digest.to_string()), Some(digest));
        assert_eq!(Sha256::from_hex("12"), None);
        assert_eq!(Sha256::from_hex(&"é".repeat(32)), None);
    }

    #[test]
    fn a_text_is_bounded_in_bytes_and_holds_no_nul() {
        assert!(SourceText::parse("a".repeat(10), 10).is_ok());
        assert!(SourceText::parse("é".repeat(6), 10).is_err());
        assert!(SourceText::parse("a\0b".to_owned(), 10).is_err());
        assert!(SourceText::parse(String::new(), 10).is_err());
    }
}
