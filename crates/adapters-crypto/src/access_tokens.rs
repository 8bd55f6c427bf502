//! Access tokens: JWT with type `at+jwt` (RFC 9068).

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::id::{SessionId, UserId};
use domain::outage::{BoxError, Outage};
use domain::port::access_tokens::AccessTokens;
use domain::secret::Secret;
use domain::session::rotation::Generation;
use domain::session::token::{AccessClaims, InvalidAccessToken, VerifiedAccess};
use jsonwebtoken::{Header, Validation};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::jwt_keys::JwtKeys;

const TYPE: &str = "at+jwt";
/// Clocks of different machines differ by no more than this.
const LEEWAY: TimeDelta = TimeDelta::seconds(30);
/// No token of ours is longer; what is longer is not looked at.
const LONGEST: usize = 2048;
/// Verified tokens are remembered, since an Ed25519 signature costs about fifty microseconds and a look-up none.
const REMEMBERED: u64 = 50_000;

/// Who makes the tokens, and for whom.
#[derive(Debug, Clone)]
pub struct JwtSettings {
    /// `iss`.
    pub issuer: String,
    /// `aud`.
    pub audience: String,
}

/// Signs and verifies.
pub struct JwtAccessTokens {
    settings: JwtSettings,
    keys: RwLock<Arc<JwtKeys>>,
    verified: Cache<[u8; 32], Remembered>,
}

#[derive(Clone, Copy)]
struct Remembered {
    access: VerifiedAccess,
    not_before: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    sid: Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: String,
    auth_time: i64,
    amr: Vec<String>,
    r#gen: i64,
}

impl JwtAccessTokens {
    /// Tokens under these keys.
    #[must_use]
    pub fn new(settings: JwtSettings, keys: JwtKeys) -> Self {
        Self {
            settings,
            keys: RwLock::new(Arc::new(keys)),
            verified: Cache::builder()
                .max_capacity(REMEMBERED)
                .time_to_live(Duration::from_mins(15))
                .build(),
        }
    }

    /// Uses other keys from now on. Tokens of a key that is gone are no longer accepted.
    ///
    /// Answers whether they are others than those before.
    pub fn replace_keys(&self, keys: JwtKeys) -> bool {
        if self.keys().are_those_of(&keys) {
            return false;
        }
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
        self.verified.invalidate_all();
        true
    }

    fn keys(&self) -> Arc<JwtKeys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn examine(&self, token: &str) -> Result<Remembered, InvalidAccessToken> {
        let refused = |_| InvalidAccessToken;
        let header = jsonwebtoken::decode_header(token).map_err(refused)?;
        let keys = self.keys();
        let is_ours = header.typ.as_deref() == Some(TYPE) && header.alg == keys.algorithm;
        let kid = header.kid.filter(|_| is_ours).ok_or(InvalidAccessToken)?;
        let key = keys.by_kid(&kid).ok_or(InvalidAccessToken)?;
        let mut validation = Validation::new(keys.algorithm);
        validation.set_issuer(&[&self.settings.issuer]);
        validation.set_audience(&[&self.settings.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // Times are compared with the `now` of the caller, in `verify`.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &key.decoding, &validation)
            .map_err(refused)?
            .claims;
        let time = |seconds| DateTime::from_timestamp(seconds, 0).ok_or(InvalidAccessToken);
        Ok(Remembered {
            access: VerifiedAccess {
                user: UserId::new(claims.sub),
                session: SessionId::new(claims.sid),
                generation: Generation::restore(claims.r#gen),
                authenticated_at: time(claims.auth_time)?,
            },
            not_before: time(claims.nbf)?,
            expires_at: time(claims.exp)?,
        })
    }
}

impl AccessTokens for JwtAccessTokens {
    fn sign(&self, claims: &AccessClaims) -> Result<Secret<String>, Outage> {
        let inconsistent = |detail: String| Outage::Inconsistent {
            what: "signing keys",
            detail,
        };
        let keys = self.keys();
        let key = keys
            .signer(claims.issued_at)
            .ok_or_else(|| inconsistent("there is none".to_owned()))?;
        let mut header = Header::new(keys.algorithm);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(key.kid.clone());
        let body = Claims {
            iss: self.settings.issuer.clone(),
            aud: self.settings.audience.clone(),
            sub: claims.user.as_uuid(),
            sid: claims.session.as_uuid(),
            iat: claims.issued_at.timestamp(),
            nbf: claims.issued_at.timestamp(),
            exp: claims.expires_at.timestamp(),
            jti: format!("{}.{}", claims.session, claims.generation.get()),
            auth_time: claims.authenticated_at.timestamp(),
            amr: claims
                .methods
                .iter()
                .map(|method| method.name().to_owned())
                .collect(),
            r#gen: claims.generation.get(),
        };
        jsonwebtoken::encode(&header, &body, &key.encoding)
            .map(Secret::new)
            .map_err(|error| inconsistent(BoxError::from(error).to_string()))
    }

    fn verify(
        &self,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<VerifiedAccess, InvalidAccessToken> {
        if token.len() > LONGEST {
            return Err(InvalidAccessToken);
        }
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
        let mut name = [0; 32];
        name.copy_from_slice(digest.as_ref());
        let found = if let Some(found) = self.verified.get(&name) {
            found
        } else {
            let examined = self.examine(token)?;
            self.verified.insert(name, examined);
            examined
        };
        let is_good = now < found.expires_at + LEEWAY && now >= found.not_before - LEEWAY;
        is_good.then_some(found.access).ok_or(InvalidAccessToken)
    }

    fn key_set(&self) -> String {
        self.keys().public_set()
    }
}

#[cfg(test)]
mod tests;
