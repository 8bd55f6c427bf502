//! The texts of API keys: `shk_` and the base64url of 24 random bytes, a mark of 8 and a checksum of 4.
//!
//! The checksum (CRC-32, big endian, of the 32 bytes before it) lets a scanner of leaked secrets and a client tell a key from what only
//! looks like one. The mark, out of an HMAC of the random bytes, lets the server tell keys of its own from made-up ones without a
//! look-up. What is stored is another HMAC of the random bytes.

use aws_lc_rs::{constant_time, hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::account::api_key::{KeyDigest, KeyText};
use domain::outage::Outage;
use domain::port::api_key_texts::{ApiKeyTexts, KEY_PREFIX};
use domain::secret::Secret;
use domain::session::token::ForgedToken;
use flate2::Crc;

use crate::master_keys::{MasterKeys, Purpose};

const RANDOM_BYTES: usize = 24;
const MARK_BYTES: usize = 8;
/// So many letters after `shk_` are shown to tell keys apart; 144 random bits stay untold.
const SHOWN_LETTERS: usize = 8;

/// Texts under keys of ours: a copy of the database alone is not enough to try texts against.
pub struct HmacApiKeys(Vec<hmac::Key>);

impl HmacApiKeys {
    /// Texts under these keys.
    #[must_use]
    pub fn new(keys: &MasterKeys) -> Self {
        Self(keys.hmac_keys(Purpose::ApiKeys))
    }
}

fn inconsistent(detail: &str) -> Outage {
    Outage::Inconsistent {
        what: "API key",
        detail: detail.to_owned(),
    }
}

/// The random bytes have one length and the words differ, so no two messages are the same.
fn tag(key: &hmac::Key, word: &[u8], random: &[u8]) -> hmac::Tag {
    hmac::sign(key, &[word, random].concat())
}

fn mark(key: &hmac::Key, random: &[u8]) -> Option<[u8; MARK_BYTES]> {
    let tag = tag(key, b"mark", random);
    tag.as_ref().first_chunk().copied()
}

fn digest(key: &hmac::Key, random: &[u8]) -> Option<KeyDigest> {
    let tag = tag(key, b"digest", random);
    tag.as_ref().try_into().ok().map(KeyDigest::restore)
}

fn checksum(bytes: &[u8]) -> [u8; 4] {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum().to_be_bytes()
}

impl ApiKeyTexts for HmacApiKeys {
    fn new_text(&self) -> Result<KeyText, Outage> {
        let key = self
            .0
            .first()
            .ok_or_else(|| inconsistent("there is no server key"))?;
        let mut random = [0; RANDOM_BYTES];
        rand::fill(&mut random).map_err(|_unspecified| inconsistent("there is no randomness"))?;
        let short = || inconsistent("an HMAC is too short");
        let mut bytes = random.to_vec();
        bytes.extend(mark(key, &random).ok_or_else(short)?);
        bytes.extend(checksum(&bytes));
        let text = format!("{KEY_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
        Ok(KeyText {
            prefix: text
                .chars()
                .take(KEY_PREFIX.len() + SHOWN_LETTERS)
                .collect(),
            text: Secret::new(text),
            digest: digest(key, &random).ok_or_else(short)?,
        })
    }

    fn read(&self, text: &str) -> Result<Vec<KeyDigest>, ForgedToken> {
        let letters = text.strip_prefix(KEY_PREFIX).ok_or(ForgedToken)?;
        let bytes = URL_SAFE_NO_PAD
            .decode(letters)
            .map_err(|_undecodable| ForgedToken)?;
        let (marked, sum) = bytes.split_last_chunk::<4>().ok_or(ForgedToken)?;
        let (random, claimed) = marked
            .split_first_chunk::<RANDOM_BYTES>()
            .filter(|(_, rest)| rest.len() == MARK_BYTES)
            .ok_or(ForgedToken)?;
        if *sum != checksum(marked) {
            return Err(ForgedToken);
        }
        let is_ours = |key| {
            mark(key, random)
                .is_some_and(|mark| constant_time::verify_slices_are_equal(&mark, claimed).is_ok())
        };
        if !self.0.iter().any(is_ours) {
            return Err(ForgedToken);
        }
        Ok(self
            .0
            .iter()
            .filter_map(|key| digest(key, random))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::master_keys::{test_keys, test_keys_after};
    use proptest::prelude::*;

    #[test]
    fn a_key_is_found_by_what_it_is_stored_by_and_no_two_are_alike() {
        let keys = HmacApiKeys::new(&test_keys(1));
        let (one, two) = (keys.new_text().unwrap(), keys.new_text().unwrap());
        assert_eq!(keys.read(one.text.expose()).unwrap(), [one.digest]);
        assert_ne!(one.digest, two.digest);
        assert_ne!(one.text, two.text);
    }

    #[test]
    fn a_key_has_one_form_and_shows_its_beginning_only() {
        let key = HmacApiKeys::new(&test_keys(1)).new_text().unwrap();
        let text = key.text.expose();
        assert_eq!(text.len(), 52);
        assert_eq!(key.prefix.len(), 12);
        assert!(text.starts_with(&key.prefix) && text.starts_with("shk_"));
    }

    #[test]
    fn a_key_outlives_the_server_key_it_was_made_under_for_as_long_as_that_is_known() {
        let old = HmacApiKeys::new(&test_keys(1)).new_text().unwrap();
        let both = HmacApiKeys::new(&test_keys_after(2, 1));
        assert!(both.read(old.text.expose()).unwrap().contains(&old.digest));
        let other = HmacApiKeys::new(&test_keys(2));
        assert_eq!(other.read(old.text.expose()), Err(ForgedToken));
    }

    #[test]
    fn a_made_up_key_with_a_good_checksum_is_told_without_a_look_up() {
        let mut bytes = vec![7; RANDOM_BYTES + MARK_BYTES];
        bytes.extend(checksum(&bytes));
        let text = format!("shk_{}", URL_SAFE_NO_PAD.encode(bytes));
        assert_eq!(
            HmacApiKeys::new(&test_keys(1)).read(&text),
            Err(ForgedToken)
        );
    }

    proptest! {
        #[test]
        fn a_key_with_one_wrong_letter_is_none(place in 4_usize..52, letter in "[A-Za-z0-9_-]") {
            let keys = HmacApiKeys::new(&test_keys(1));
            let mut text = keys.new_text().unwrap().text.expose().clone();
            let right = text[place..=place] == letter;
            text.replace_range(place..=place, &letter);
            prop_assert_eq!(keys.read(&text).is_ok(), right);
        }

        #[test]
        fn nothing_else_is_read_as_a_key(text in ".{0,80}") {
            prop_assert!(HmacApiKeys::new(&test_keys(1)).read(&text).is_err());
        }
    }
}
