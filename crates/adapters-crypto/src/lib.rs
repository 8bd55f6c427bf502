//! Passwords, tokens, seals and packed content behind the ports of the domain.

mod access_tokens;
mod bcrypt_hasher;
mod gzip_packer;
mod jwt_keys;
mod keyed_tokens;
mod master_keys;
mod password_strength;

pub use access_tokens::{JwtAccessTokens, JwtSettings};
pub use bcrypt_hasher::{BcryptHasher, BcryptSettings};
pub use gzip_packer::GzipPacker;
pub use jwt_keys::{Algorithm, JwtKeys, KeyFileError, write_new_key};
pub use keyed_tokens::{HmacOneTimeTokens, HmacRefreshTokens, HmacSeals};
pub use master_keys::{InvalidSecretKey, MasterKeys, new_secret_key};
pub use password_strength::ZxcvbnStrength;
