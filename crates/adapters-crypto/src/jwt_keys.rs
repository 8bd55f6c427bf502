//! The keys of access tokens: PEM files named by their `kid`, or a key derived from the platform's secret.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde_json::json;

use crate::master_keys::{MasterKeys, Purpose};

/// How access tokens are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Algorithm {
    /// Ed25519 (RFC 8037): others can verify with the public key.
    #[default]
    EdDsa,
    /// HMAC-SHA-256: faster, for platforms that verify their own tokens only.
    Hs256,
}

/// What is wrong with the folder of keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The folder or a file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There is no key.
    #[error("{0}: no *.pem file: make one with `scripthub keys generate`")]
    Empty(PathBuf),
    /// A file is not an Ed25519 key.
    #[error("{0}: not an Ed25519 private key in PKCS#8 PEM")]
    NotAKey(PathBuf),
    /// The key could not be made.
    #[error("no key could be made")]
    Generation,
}

/// One key: signs and verifies, or verifies only.
pub(crate) struct JwtKey {
    pub(crate) kid: String,
    pub(crate) encoding: EncodingKey,
    pub(crate) decoding: DecodingKey,
    /// Not before this time, as long as there is another one to sign with.
    signs_from: DateTime<Utc>,
    /// The public part, for the key set.
    public: Option<Vec<u8>>,
}

/// All live keys: the newest signs that every node has had the time to read, all verify.
pub struct JwtKeys {
    pub(crate) algorithm: jsonwebtoken::Algorithm,
    /// Sorted by `kid`, the newest last.
    keys: Vec<JwtKey>,
}

impl JwtKeys {
    /// Reads `*.pem` in a folder. The name of a file is its `kid`; the last by name signs.
    ///
    /// `scripthub keys` names keys by the time of their making, and such a key signs only once it is `lead` old: until then it
    /// is published and verifies, so that no node gets a token whose key it has not read yet. As the time is in the name,
    /// all nodes change over at the same moment. A key with another name signs as soon as it is the last by name.
    ///
    /// # Errors
    /// See [`KeyFileError`].
    pub fn read(folder: &Path, lead: TimeDelta) -> Result<Self, KeyFileError> {
        let io = |source| KeyFileError::Io {
            path: folder.to_owned(),
            source,
        };
        let mut keys = Vec::new();
        for entry in fs::read_dir(folder).map_err(io)? {
            let path = entry.map_err(io)?.path();
            if path.extension().is_some_and(|extension| extension == "pem") {
                keys.push(read_key(&path, lead)?);
            }
        }
        keys.sort_by(|one, other| one.kid.cmp(&other.kid));
        if keys.is_empty() {
            return Err(KeyFileError::Empty(folder.to_owned()));
        }
        Ok(Self {
            algorithm: jsonwebtoken::Algorithm::EdDSA,
            keys,
        })
    }

    /// Keys derived from the platform's secret; the one in force signs.
    #[must_use]
    pub fn symmetric(master: &MasterKeys) -> Self {
        let mut keys: Vec<_> = master
            .bytes(Purpose::AccessTokens)
            .iter()
            .map(|secret| JwtKey {
                kid: short_digest(secret.expose()),
                encoding: EncodingKey::from_secret(secret.expose()),
                decoding: DecodingKey::from_secret(secret.expose()),
                signs_from: DateTime::<Utc>::MIN_UTC,
                public: None,
            })
            .collect();
        keys.reverse();
        Self {
            algorithm: jsonwebtoken::Algorithm::HS256,
            keys,
        }
    }

    /// The key that signs at this time; where none is old enough, the one that will be first.
    pub(crate) fn signer(&self, now: DateTime<Utc>) -> Option<&JwtKey> {
        let newest = self.keys.iter().rev().find(|key| key.signs_from <= now);
        newest.or_else(|| self.keys.iter().min_by_key(|key| key.signs_from))
    }

    /// The `kid` of the key that signs at this time.
    #[must_use]
    pub fn signer_at(&self, now: DateTime<Utc>) -> Option<&str> {
        self.signer(now).map(|key| &*key.kid)
    }

    /// The keys from old to new: their `kid`, and since when they sign where their name tells.
    pub fn overview(&self) -> impl Iterator<Item = (&str, DateTime<Utc>)> {
        self.keys.iter().map(|key| (&*key.kid, key.signs_from))
    }

    /// Whether both hold the same keys: those of one name are the same, since no file is ever overwritten.
    pub(crate) fn are_those_of(&self, other: &Self) -> bool {
        let names = |keys: &Self| -> Vec<_> {
            keys.keys
                .iter()
                .map(|key| (key.kid.clone(), key.public.clone()))
                .collect()
        };
        names(self) == names(other)
    }

    pub(crate) fn by_kid(&self, kid: &str) -> Option<&JwtKey> {
        self.keys.iter().find(|key| key.kid == kid)
    }

    /// The public keys as a JWK set (RFC 7517, RFC 8037).
    pub(crate) fn public_set(&self) -> String {
        let keys: Vec<_> = self
            .keys
            .iter()
            .filter_map(|key| {
                let public = key.public.as_ref()?;
                Some(json!({
                    "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
                    "kid": key.kid, "x": URL_SAFE_NO_PAD.encode(public),
                }))
            })
            .collect();
        json!({ "keys": keys }).to_string()
    }
}

fn short_digest(secret: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, secret);
    URL_SAFE_NO_PAD.encode(digest.as_ref().get(..9).unwrap_or_default())
}

/// What the names of keys are made of: the time, to the microsecond, in UTC.
const NAME: &str = "%Y%m%dT%H%M%S%6f";

/// The name of a key that is made at this time.
#[must_use]
pub fn key_name(now: DateTime<Utc>) -> String {
    now.format(NAME).to_string()
}

/// When a key of this name signs first; one whose name tells no time is ready.
fn signs_from(kid: &str, lead: TimeDelta) -> DateTime<Utc> {
    let made = NaiveDateTime::parse_from_str(kid, NAME).ok();
    let from = made.and_then(|made| made.and_utc().checked_add_signed(lead));
    from.unwrap_or(DateTime::<Utc>::MIN_UTC)
}

fn read_key(path: &Path, lead: TimeDelta) -> Result<JwtKey, KeyFileError> {
    let pem = fs::read(path).map_err(|source| KeyFileError::Io {
        path: path.to_owned(),
        source,
    })?;
    let not_a_key = || KeyFileError::NotAKey(path.to_owned());
    let text = str::from_utf8(&pem).map_err(|_not_text| not_a_key())?;
    let body: String = text
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    let der = STANDARD
        .decode(body.trim())
        .map_err(|_not_base64| not_a_key())?;
    let pair = Ed25519KeyPair::from_pkcs8(&der).map_err(|_rejected| not_a_key())?;
    let public = pair.public_key().as_ref().to_vec();
    let kid = path.file_stem().and_then(|stem| stem.to_str());
    let kid = kid.ok_or_else(not_a_key)?;
    Ok(JwtKey {
        kid: kid.to_owned(),
        signs_from: signs_from(kid, lead),
        encoding: EncodingKey::from_ed_pem(&pem).map_err(|_rejected| not_a_key())?,
        decoding: DecodingKey::from_ed_der(&public),
        public: Some(public),
    })
}

/// Makes an Ed25519 key and writes it to `folder/kid.pem`, readable by its owner only. Answers the path. The file is there as a
/// whole or not at all: servers that are running look into the folder.
///
/// # Errors
/// See [`KeyFileError`]; a file that is there is never overwritten.
pub fn write_new_key(folder: &Path, kid: &str) -> Result<PathBuf, KeyFileError> {
    let path = folder.join(format!("{kid}.pem"));
    let io = |source| KeyFileError::Io {
        path: path.clone(),
        source,
    };
    // Version 1 of PKCS#8: the form without the public key, which every library reads.
    let pair = Ed25519KeyPair::generate().map_err(|_unspecified| KeyFileError::Generation)?;
    let document = pair
        .to_pkcs8v1()
        .map_err(|_unspecified| KeyFileError::Generation)?;
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(document.as_ref())
    );
    fs::create_dir_all(folder).map_err(io)?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let draft = folder.join(format!(".{kid}.new"));
    let mut file = options.open(&draft).map_err(io)?;
    let written = file
        .write_all(pem.as_bytes())
        .and_then(|()| file.sync_all());
    // A link, unlike a new name, never takes the place of a file that is there.
    let placed = written.and_then(|()| fs::hard_link(&draft, &path));
    fs::remove_file(&draft).and(placed).map_err(io)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn folder(kids: &[&str]) -> PathBuf {
        let name = format!("scripthub-keys-{}", test_support::services::unique_suffix());
        let folder = std::env::temp_dir().join(name);
        for kid in kids {
            write_new_key(&folder, kid).unwrap();
        }
        folder
    }

    #[test]
    fn a_key_is_published_before_it_signs() {
        let (old, new) = ("20260301T120000000000", "20260301T130000000000");
        let folder = folder(&[old, new]);
        let keys = JwtKeys::read(&folder, TimeDelta::minutes(5)).unwrap();
        assert!(keys.by_kid(new).is_some() && keys.public_set().contains(new));
        assert_eq!(keys.signer_at(at("2026-03-01T13:04:59Z")), Some(old));
        assert_eq!(keys.signer_at(at("2026-03-01T13:05:00Z")), Some(new));
        // The first key of a platform has nobody to wait for.
        assert_eq!(keys.signer_at(at("2026-03-01T12:00:00Z")), Some(old));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_key_whose_name_tells_no_time_signs_when_it_is_the_last_by_name() {
        let folder = folder(&["a", "b"]);
        let keys = JwtKeys::read(&folder, TimeDelta::minutes(5)).unwrap();
        assert_eq!(keys.signer_at(at("2026-03-01T12:00:00Z")), Some("b"));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn the_name_of_a_key_tells_its_time() {
        let now = at("2026-03-01T12:34:56.789012Z");
        let name = key_name(now);
        assert_eq!(name, "20260301T123456789012");
        assert_eq!(signs_from(&name, TimeDelta::zero()), now);
    }
}
