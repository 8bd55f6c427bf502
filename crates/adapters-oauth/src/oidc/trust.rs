//! Which id tokens are believed.

use chrono::{DateTime, Utc};
use openidconnect::core::{
    CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJwsSigningAlgorithm, CoreTokenResponse,
};
use openidconnect::{
    AccessTokenHash, ClaimsVerificationError, Nonce, OAuth2TokenResponse,
    SignatureVerificationError,
};

use super::Client;

/// What id tokens may be signed with: a secret that we share with the issuer would be no proof of the issuer, and `none` is none.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Why an id token is not believed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Mistrust {
    #[error("it is signed with a key that the issuer does not have")]
    UnknownKey,
    #[error("it is {0}")]
    Claims(&'static str),
}

/// The claims of an id token: signature, issuer, audience, authorized party, times, nonce and, where there is one, the hash
/// of the access token (OpenID Connect Core 1.0, section 3.1.3.7).
pub(super) fn claims<'t>(
    client: &Client,
    id_token: &'t CoreIdToken,
    nonce: &Nonce,
    tokens: &CoreTokenResponse,
    now: DateTime<Utc>,
) -> Result<&'t CoreIdTokenClaims, Mistrust> {
    let verifier: CoreIdTokenVerifier<'_> = client
        .id_token_verifier()
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || now);
    let claims = id_token
        .claims(&verifier, nonce)
        .map_err(|error| mistrust(&error))?;
    if claims
        .authorized_party()
        .is_some_and(|party| party.as_str() != client.client_id().as_str())
    {
        return Err(Mistrust::Claims("made for somebody else"));
    }
    let Some(expected) = claims.access_token_hash() else {
        return Ok(claims);
    };
    let hash = id_token
        .signing_alg()
        .ok()
        .zip(id_token.signing_key(&verifier).ok());
    let hash = hash.and_then(|(algorithm, key)| {
        AccessTokenHash::from_token(tokens.access_token(), algorithm, key).ok()
    });
    if hash.as_ref() == Some(expected) {
        Ok(claims)
    } else {
        Err(Mistrust::Claims("made for another access token"))
    }
}

fn mistrust(error: &ClaimsVerificationError) -> Mistrust {
    match error {
        ClaimsVerificationError::SignatureVerification(
            SignatureVerificationError::NoMatchingKey,
        ) => Mistrust::UnknownKey,
        ClaimsVerificationError::SignatureVerification(_) => {
            Mistrust::Claims("signed by nobody we know")
        }
        ClaimsVerificationError::Expired(_) => Mistrust::Claims("no longer valid"),
        ClaimsVerificationError::InvalidAudience(_) => Mistrust::Claims("made for somebody else"),
        ClaimsVerificationError::InvalidIssuer(_) => Mistrust::Claims("made by another issuer"),
        ClaimsVerificationError::InvalidNonce(_) => Mistrust::Claims("made for another sign-in"),
        _ => Mistrust::Claims("not valid"),
    }
}
