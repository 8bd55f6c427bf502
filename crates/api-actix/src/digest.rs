//! SHA-256, for entity tags, fingerprints of bodies, and names that must not show up in keys.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The SHA-256 of some bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// A short name for a text that must not be stored itself, such as an address in a rate-limit key: 128 bits.
#[must_use]
pub fn short_name(text: &str) -> String {
    let digest = sha256(text.as_bytes());
    URL_SAFE_NO_PAD.encode(
        digest
            .first_chunk::<16>()
            .map_or(&digest[..], |head| &head[..]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_is_the_same_for_the_same_text_only() {
        assert_eq!(short_name("a@example.org"), short_name("a@example.org"));
        assert_ne!(short_name("a@example.org"), short_name("b@example.org"));
        assert_eq!(short_name("").len(), 22);
    }
}
