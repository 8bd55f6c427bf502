//! Tokens that are an id and an HMAC of it: nothing about them needs to be stored.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::account::one_time_token::TokenPurpose;
use domain::id::{SessionId, TokenId};
use domain::port::one_time_tokens::OneTimeTokenCodec;
use domain::port::refresh_tokens::RefreshTokens;
use domain::port::seals::Seals;
use domain::secret::Secret;
use domain::session::rotation::Generation;
use domain::session::token::{ForgedToken, PresentedRefresh};
use uuid::Uuid;

use crate::master_keys::{MasterKeys, Purpose};

/// Signs with the first key and accepts all.
struct Keys(Vec<hmac::Key>);

impl Keys {
    fn tag(&self, message: &[u8]) -> Vec<u8> {
        self.0
            .first()
            .map(|key| hmac::sign(key, message).as_ref().to_vec())
            .unwrap_or_default()
    }

    /// Constant time for each key.
    fn accept(&self, message: &[u8], tag: &[u8]) -> Result<(), ForgedToken> {
        let is_ours = self
            .0
            .iter()
            .any(|key| hmac::verify(key, message, tag).is_ok());
        is_ours.then_some(()).ok_or(ForgedToken)
    }
}

fn decode(text: &str) -> Result<Vec<u8>, ForgedToken> {
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_undecodable| ForgedToken)
}

/// Refresh tokens: `shr_` and the base64url of session (16 bytes), generation (8, big endian) and HMAC-SHA-256 (32).
pub struct HmacRefreshTokens(Keys);

impl HmacRefreshTokens {
    /// Tokens under these keys.
    #[must_use]
    pub fn new(keys: &MasterKeys) -> Self {
        Self(Keys(keys.hmac_keys(Purpose::RefreshTokens)))
    }
}

const REFRESH_PREFIX: &str = "shr_";

impl RefreshTokens for HmacRefreshTokens {
    fn write(&self, token: PresentedRefresh) -> Secret<String> {
        let mut bytes = token.session.as_uuid().as_bytes().to_vec();
        bytes.extend_from_slice(&token.generation.get().to_be_bytes());
        bytes.extend(self.0.tag(&bytes));
        Secret::new(format!("{REFRESH_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    fn read(&self, text: &str) -> Result<PresentedRefresh, ForgedToken> {
        let bytes = decode(text.strip_prefix(REFRESH_PREFIX).ok_or(ForgedToken)?)?;
        let (message, tag) = bytes.split_at_checked(24).ok_or(ForgedToken)?;
        self.0.accept(message, tag)?;
        let (session, generation) = message.split_first_chunk::<16>().ok_or(ForgedToken)?;
        let generation = generation.first_chunk::<8>().ok_or(ForgedToken)?;
        Ok(PresentedRefresh {
            session: SessionId::new(Uuid::from_bytes(*session)),
            generation: Generation::restore(i64::from_be_bytes(*generation)),
        })
    }
}

/// One-time tokens: `sho_` and the base64url of id (16 bytes) and HMAC-SHA-256 of purpose and id (32).
pub struct HmacOneTimeTokens(Keys);

impl HmacOneTimeTokens {
    /// Tokens under these keys.
    #[must_use]
    pub fn new(keys: &MasterKeys) -> Self {
        Self(Keys(keys.hmac_keys(Purpose::OneTimeTokens)))
    }
}

const ONE_TIME_PREFIX: &str = "sho_";

fn purposed(purpose: TokenPurpose, id: &[u8]) -> Vec<u8> {
    // A purpose has no zero byte in its name, so no two pairs make the same message.
    [purpose.name().as_bytes(), &[0], id].concat()
}

impl OneTimeTokenCodec for HmacOneTimeTokens {
    fn write(&self, id: TokenId, purpose: TokenPurpose) -> Secret<String> {
        let id = id.as_uuid();
        let mut bytes = id.as_bytes().to_vec();
        bytes.extend(self.0.tag(&purposed(purpose, id.as_bytes())));
        Secret::new(format!(
            "{ONE_TIME_PREFIX}{}",
            URL_SAFE_NO_PAD.encode(bytes)
        ))
    }

    fn read(&self, text: &str, purpose: TokenPurpose) -> Result<TokenId, ForgedToken> {
        let bytes = decode(text.strip_prefix(ONE_TIME_PREFIX).ok_or(ForgedToken)?)?;
        let (id, tag) = bytes.split_first_chunk::<16>().ok_or(ForgedToken)?;
        self.0.accept(&purposed(purpose, id), tag)?;
        Ok(TokenId::new(Uuid::from_bytes(*id)))
    }
}

/// Sealed texts: the base64url of payload and HMAC-SHA-256 (32) of context and payload.
pub struct HmacSeals(Keys);

impl HmacSeals {
    /// Seals under these keys.
    #[must_use]
    pub fn new(keys: &MasterKeys) -> Self {
        Self(Keys(keys.hmac_keys(Purpose::Seals)))
    }
}

fn in_context(context: &[u8], payload: &[u8]) -> Vec<u8> {
    // The length keeps context and payload apart.
    let length = u64::try_from(context.len()).unwrap_or(u64::MAX);
    [&length.to_be_bytes(), context, payload].concat()
}

impl Seals for HmacSeals {
    fn seal(&self, context: &[u8], payload: &[u8]) -> String {
        let tag = self.0.tag(&in_context(context, payload));
        URL_SAFE_NO_PAD.encode([payload, &tag].concat())
    }

    fn open(&self, context: &[u8], text: &str) -> Result<Vec<u8>, ForgedToken> {
        let mut bytes = decode(text)?;
        let length = bytes.len().checked_sub(32).ok_or(ForgedToken)?;
        let tag = bytes.split_off(length);
        self.0.accept(&in_context(context, &bytes), &tag)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::master_keys::{test_keys, test_keys_after};
    use proptest::prelude::*;

    fn token(session: u128, generation: i64) -> PresentedRefresh {
        PresentedRefresh {
            session: SessionId::new(Uuid::from_u128(session)),
            generation: Generation::restore(generation),
        }
    }

    #[test]
    fn a_refresh_token_is_the_same_each_time_it_is_written() {
        let tokens = HmacRefreshTokens::new(&test_keys(1));
        let written = tokens.write(token(7, 3));
        assert_eq!(written.expose(), tokens.write(token(7, 3)).expose());
        assert_eq!(tokens.read(written.expose()), Ok(token(7, 3)));
        assert_ne!(written.expose(), tokens.write(token(7, 4)).expose());
    }

    #[test]
    fn tokens_of_the_key_before_are_read_and_new_ones_are_written_with_the_new_key() {
        let before = HmacRefreshTokens::new(&test_keys(1)).write(token(7, 3));
        let tokens = HmacRefreshTokens::new(&test_keys_after(2, 1));
        assert_eq!(tokens.read(before.expose()), Ok(token(7, 3)));
        let after = tokens.write(token(7, 3));
        let only_new = HmacRefreshTokens::new(&test_keys(2));
        assert_eq!(only_new.read(after.expose()), Ok(token(7, 3)));
        assert_eq!(only_new.read(before.expose()), Err(ForgedToken));
    }

    #[test]
    fn a_token_with_one_changed_character_is_forged() {
        let tokens = HmacOneTimeTokens::new(&test_keys(1));
        let id = TokenId::new(Uuid::from_u128(9));
        let written = tokens.write(id, TokenPurpose::VerifyEmail);
        let text = written.expose();
        assert_eq!(tokens.read(text, TokenPurpose::VerifyEmail), Ok(id));
        for position in 4..text.len() {
            let mut changed: Vec<char> = text.chars().collect();
            changed[position] = if changed[position] == 'A' { 'B' } else { 'A' };
            let changed: String = changed.into_iter().collect();
            assert_eq!(
                tokens.read(&changed, TokenPurpose::VerifyEmail),
                Err(ForgedToken)
            );
        }
    }

    #[test]
    fn a_sealed_text_opens_in_its_own_context_only() {
        let seals = HmacSeals::new(&test_keys(1));
        let sealed = seals.seal(b"list|new", b"place");
        assert_eq!(seals.open(b"list|new", &sealed), Ok(b"place".to_vec()));
        assert_eq!(seals.open(b"list|updated", &sealed), Err(ForgedToken));
        assert_eq!(
            seals.open(b"list|newp", &seals.seal(b"list|new", b"lace")),
            Err(ForgedToken)
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_a_reader_panic_or_accept(text: String) {
            let keys = test_keys(1);
            prop_assert!(HmacRefreshTokens::new(&keys).read(&text).is_err());
            let (refresh, once) = (format!("shr_{text}"), format!("sho_{text}"));
            prop_assert!(HmacRefreshTokens::new(&keys).read(&refresh).is_err());
            prop_assert!(HmacOneTimeTokens::new(&keys).read(&once, TokenPurpose::VerifyEmail).is_err());
            prop_assert!(HmacSeals::new(&keys).open(b"", &text).is_err());
        }
    }
}
