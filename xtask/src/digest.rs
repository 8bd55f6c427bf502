//! Fingerprints of bytes.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, SHA512, digest};

/// The SHA-256 of `bytes` in lower-case hex.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

/// The SHA-512 of `bytes` in lower-case hex.
pub(crate) fn sha512_hex(bytes: &[u8]) -> String {
    hex(digest(&SHA512, bytes).as_ref())
}

/// `bytes` in lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_nothing_is_the_published_one() {
        assert!(sha256_hex(b"").starts_with("e3b0c44298fc1c14"));
        assert!(sha512_hex(b"").starts_with("cf83e1357eefb8bd"));
    }
}
