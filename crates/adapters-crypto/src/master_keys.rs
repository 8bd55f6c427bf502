//! The secret of the platform, and the keys that are derived from it.

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::{hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::outage::BoxError;
use domain::secret::Secret;

/// What a derived key is for. Keys of different purposes have nothing in common.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    RefreshTokens,
    OneTimeTokens,
    Seals,
    AccessTokens,
    SecretsAtRest,
    RecoveryCodes,
    AuditChain,
    ApiKeys,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::RefreshTokens => b"scripthub refresh tokens v1",
            Self::OneTimeTokens => b"scripthub one-time tokens v1",
            Self::Seals => b"scripthub seals v1",
            Self::AccessTokens => b"scripthub access tokens v1",
            Self::SecretsAtRest => b"scripthub secrets at rest v1",
            Self::RecoveryCodes => b"scripthub recovery codes v1",
            Self::AuditChain => b"scripthub audit chain v1",
            Self::ApiKeys => b"scripthub api keys v1",
        }
    }
}

/// `SECRET_KEY` and those before it; everything symmetric is derived from them (HKDF, RFC 5869).
#[derive(Debug, Clone)]
pub struct MasterKeys {
    current: Secret<[u8; 32]>,
    old: Vec<Secret<[u8; 32]>>,
}

/// A text that is not the base64 of 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret key is 32 bytes in base64")]
pub struct InvalidSecretKey;

impl MasterKeys {
    /// The key in force, and the ones whose tokens are still read.
    ///
    /// # Errors
    /// [`InvalidSecretKey`].
    pub fn parse<'a>(
        current: &str,
        old: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, InvalidSecretKey> {
        let old: Result<Vec<_>, _> = old.into_iter().map(decode).collect();
        Ok(Self {
            current: decode(current)?,
            old: old?,
        })
    }

    /// The keys of one purpose, the one in force first.
    pub(crate) fn hmac_keys(&self, purpose: Purpose) -> Vec<hmac::Key> {
        std::iter::once(&self.current)
            .chain(&self.old)
            .map(|master| hmac::Key::new(hmac::HMAC_SHA256, &derive(master, purpose)))
            .collect()
    }

    /// The bytes of the keys of one purpose, the one in force first.
    pub(crate) fn bytes(&self, purpose: Purpose) -> Vec<Secret<[u8; 32]>> {
        std::iter::once(&self.current)
            .chain(&self.old)
            .map(|master| Secret::new(derive(master, purpose)))
            .collect()
    }
}

/// A new secret key, as text.
///
/// # Errors
/// If the operating system has no randomness to give.
pub fn new_secret_key() -> Result<Secret<String>, BoxError> {
    let mut key = [0; 32];
    rand::fill(&mut key).map_err(|error| BoxError::from(error.to_string()))?;
    Ok(Secret::new(STANDARD.encode(key)))
}

fn decode(text: &str) -> Result<Secret<[u8; 32]>, InvalidSecretKey> {
    STANDARD
        .decode(text.trim())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .map(Secret::new)
        .ok_or(InvalidSecretKey)
}

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}

fn derive(master: &Secret<[u8; 32]>, purpose: Purpose) -> [u8; 32] {
    let mut key = [0; 32];
    let pseudo_random = Salt::new(HKDF_SHA256, b"scripthub").extract(master.expose());
    let filled = pseudo_random
        .expand(&[purpose.label()], Length)
        .and_then(|okm| okm.fill(&mut key));
    debug_assert!(
        filled.is_ok(),
        "32 bytes are less than HKDF-SHA-256 can give"
    );
    key
}

#[cfg(test)]
pub(crate) fn test_keys(seed: u8) -> MasterKeys {
    MasterKeys {
        current: Secret::new([seed; 32]),
        old: Vec::new(),
    }
}

#[cfg(test)]
pub(crate) fn test_keys_after(seed: u8, old: u8) -> MasterKeys {
    MasterKeys {
        current: Secret::new([seed; 32]),
        old: vec![Secret::new([old; 32])],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_is_a_key_and_never_the_same_twice() {
        let (one, two) = (new_secret_key().unwrap(), new_secret_key().unwrap());
        assert_ne!(one.expose(), two.expose());
        MasterKeys::parse(one.expose(), [two.expose().as_str()]).unwrap();
    }

    #[test]
    fn what_is_not_32_bytes_is_no_key() {
        for bad in [
            "",
            "c2hvcnQ=",
            "not base64 at all",
            &STANDARD.encode([0; 33]),
        ] {
            assert_eq!(MasterKeys::parse(bad, []).unwrap_err(), InvalidSecretKey);
        }
    }

    #[test]
    fn keys_of_different_purposes_differ() {
        let keys = test_keys(1);
        let bytes = |purpose| *keys.bytes(purpose).first().unwrap().expose();
        assert_ne!(bytes(Purpose::RefreshTokens), bytes(Purpose::OneTimeTokens));
        assert_ne!(bytes(Purpose::Seals), [0; 32]);
    }
}
