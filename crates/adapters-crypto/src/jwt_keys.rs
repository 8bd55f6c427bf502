//! The keys of access tokens: PEM files named by their `kid`, or a key derived from the platform's secret.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
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
    /// The public part, for the key set.
    public: Option<Vec<u8>>,
}

/// All live keys: the newest signs, all verify.
pub struct JwtKeys {
    pub(crate) algorithm: jsonwebtoken::Algorithm,
    /// Sorted by `kid`, the newest last.
    keys: Vec<JwtKey>,
}

impl JwtKeys {
    /// Reads `*.pem` in a folder. The name of a file is its `kid`; the last by name signs, which is why
    /// `scripthub keys generate` names them by time.
    ///
    /// # Errors
    /// See [`KeyFileError`].
    pub fn read(folder: &Path) -> Result<Self, KeyFileError> {
        let io = |source| KeyFileError::Io {
            path: folder.to_owned(),
            source,
        };
        let mut keys = Vec::new();
        for entry in fs::read_dir(folder).map_err(io)? {
            let path = entry.map_err(io)?.path();
            if path.extension().is_some_and(|extension| extension == "pem") {
                keys.push(read_key(&path)?);
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
                public: None,
            })
            .collect();
        keys.reverse();
        Self {
            algorithm: jsonwebtoken::Algorithm::HS256,
            keys,
        }
    }

    pub(crate) fn signer(&self) -> Option<&JwtKey> {
        self.keys.last()
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

fn read_key(path: &Path) -> Result<JwtKey, KeyFileError> {
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
    Ok(JwtKey {
        kid: kid.ok_or_else(not_a_key)?.to_owned(),
        encoding: EncodingKey::from_ed_pem(&pem).map_err(|_rejected| not_a_key())?,
        decoding: DecodingKey::from_ed_der(&public),
        public: Some(public),
    })
}

/// Makes an Ed25519 key and writes it to `folder/kid.pem`, readable by its owner only. Answers the path.
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
    let mut file = options.open(&path).map_err(io)?;
    file.write_all(pem.as_bytes()).map_err(io)?;
    Ok(path)
}
