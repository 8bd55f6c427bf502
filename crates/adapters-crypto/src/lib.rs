//! Passwords, tokens, seals and packed content behind the ports of the domain.

mod access_tokens;
mod aead_sealer;
mod bcrypt_hasher;
mod gzip_packer;
mod hmac_api_keys;
mod hmac_audit_links;
mod hmac_recovery_codes;
mod jwt_keys;
mod keyed_tokens;
mod master_keys;
mod one_time_passwords;
mod password_strength;

pub use access_tokens::{JwtAccessTokens, JwtSettings};
pub use aead_sealer::AeadSealer;
pub use bcrypt_hasher::{BcryptHasher, BcryptSettings};
pub use gzip_packer::GzipPacker;
pub use hmac_api_keys::HmacApiKeys;
pub use hmac_audit_links::HmacAuditLinks;
pub use hmac_recovery_codes::HmacRecoveryCodes;
pub use jwt_keys::{Algorithm, JwtKeys, KeyFileError, key_name, write_new_key};
pub use keyed_tokens::{HmacOneTimeTokens, HmacRefreshTokens, HmacSeals};
pub use master_keys::{InvalidSecretKey, MasterKeys, new_secret_key};
pub use one_time_passwords::TotpPasswords;
pub use password_strength::ZxcvbnStrength;
