//! Secrets at rest: AES-256-GCM under keys derived from the secret of the platform.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::digest;
use domain::outage::Outage;
use domain::port::sealer::Sealer;
use domain::secret::Secret;

use crate::master_keys::{MasterKeys, Purpose};

/// Seals with the first key and opens with all.
///
/// Sealed bytes are: version (1), id of the key (4), nonce (12), ciphertext and tag (16). Version, id and what the secret is
/// about are authenticated with it. A random nonce of 96 bits is good for 2^32 secrets under one key.
pub struct AeadSealer {
    keys: Vec<NamedKey>,
}

struct NamedKey {
    id: [u8; ID],
    key: RandomizedNonceKey,
}

const VERSION: u8 = 1;
const ID: usize = 4;
const HEADER: usize = 1 + ID;

impl AeadSealer {
    /// A sealer under these keys.
    #[must_use]
    pub fn new(keys: &MasterKeys) -> Self {
        let named = keys.bytes(Purpose::SecretsAtRest).into_iter();
        let keys = named.filter_map(|bytes| NamedKey::of(bytes.expose()).ok());
        Self {
            keys: keys.collect(),
        }
    }
}

impl NamedKey {
    /// The id is a digest of the key: it tells keys apart and says nothing about them.
    fn of(bytes: &[u8; 32]) -> Result<Self, Outage> {
        let broken = |_| inconsistent("a key of 32 bytes is none");
        let digest = digest::digest(&digest::SHA256, bytes);
        let id = digest.as_ref().first_chunk().copied();
        Ok(Self {
            id: id.ok_or_else(|| inconsistent("a digest is too short"))?,
            key: RandomizedNonceKey::new(&AES_256_GCM, bytes).map_err(broken)?,
        })
    }

    fn header(&self) -> Vec<u8> {
        [&[VERSION], self.id.as_slice()].concat()
    }

    fn open(&self, about: &[u8], nonce: [u8; NONCE_LEN], sealed: &[u8]) -> Option<Vec<u8>> {
        let mut bytes = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(nonce);
        let context = [&*self.header(), about].concat();
        let opened = self
            .key
            .open_in_place(nonce, Aad::from(context), &mut bytes);
        opened.ok().map(|secret| secret.to_vec())
    }
}

fn inconsistent(detail: &str) -> Outage {
    Outage::Inconsistent {
        what: "secret at rest",
        detail: detail.to_owned(),
    }
}

impl Sealer for AeadSealer {
    fn seal(&self, about: &[u8], secret: &[u8]) -> Result<Vec<u8>, Outage> {
        let named = self.keys.first();
        let named = named.ok_or_else(|| inconsistent("there is no key"))?;
        let header = named.header();
        let context = [&*header, about].concat();
        let mut bytes = secret.to_vec();
        let nonce = named
            .key
            .seal_in_place_append_tag(Aad::from(context), &mut bytes)
            .map_err(|_unspecified| inconsistent("it cannot be sealed"))?;
        Ok([&*header, nonce.as_ref(), &bytes].concat())
    }

    fn open(&self, about: &[u8], sealed: &[u8]) -> Result<Secret<Vec<u8>>, Outage> {
        let parts = sealed
            .split_first_chunk::<HEADER>()
            .and_then(|(header, rest)| Some((header, rest.split_first_chunk::<NONCE_LEN>()?)));
        let (header, (nonce, sealed)) = parts.ok_or_else(|| inconsistent("it is too short"))?;
        let mut named = self.keys.iter().filter(|key| *key.header() == *header);
        let opened = named.find_map(|key| key.open(about, *nonce, sealed));
        let opened = opened.ok_or_else(|| inconsistent("no key of ours opens it"))?;
        Ok(Secret::new(opened))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::master_keys::{test_keys, test_keys_after};
    use proptest::prelude::*;

    #[test]
    fn a_secret_opens_for_its_owner_only_and_never_looks_the_same() {
        let sealer = AeadSealer::new(&test_keys(1));
        let bytes = sealer.seal(b"ada", b"secret").unwrap();
        assert_eq!(sealer.open(b"ada", &bytes).unwrap().expose(), b"secret");
        assert!(sealer.open(b"eve", &bytes).is_err());
        assert_ne!(bytes, sealer.seal(b"ada", b"secret").unwrap());
    }

    #[test]
    fn a_rotated_key_opens_what_it_sealed_and_seals_no_more() {
        let before = AeadSealer::new(&test_keys(1))
            .seal(b"ada", b"secret")
            .unwrap();
        let both = AeadSealer::new(&test_keys_after(2, 1));
        assert_eq!(both.open(b"ada", &before).unwrap().expose(), b"secret");
        let only_new = AeadSealer::new(&test_keys(2));
        let after = both.seal(b"ada", b"secret").unwrap();
        assert_eq!(only_new.open(b"ada", &after).unwrap().expose(), b"secret");
        assert!(only_new.open(b"ada", &before).is_err());
    }

    #[test]
    fn one_changed_byte_anywhere_opens_nothing() {
        let sealer = AeadSealer::new(&test_keys(1));
        let bytes = sealer.seal(b"ada", b"secret").unwrap();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert!(sealer.open(b"ada", &changed).is_err(), "byte {place}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_sealer_panic(bytes: Vec<u8>) {
            prop_assert!(AeadSealer::new(&test_keys(1)).open(b"ada", &bytes).is_err());
        }
    }
}
