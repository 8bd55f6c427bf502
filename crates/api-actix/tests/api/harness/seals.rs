//! Seals that can be looked at: a digest of context and payload in front of the payload.

use api_actix::digest::sha256;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::session::token::ForgedToken;

/// Seals a payload in a context.
pub(crate) fn seal(context: &[u8], payload: &[u8]) -> String {
    let mut sealed = tag(context, payload).to_vec();
    sealed.extend_from_slice(payload);
    URL_SAFE_NO_PAD.encode(sealed)
}

/// Opens what was sealed in the same context.
pub(crate) fn open(context: &[u8], text: &str) -> Result<Vec<u8>, ForgedToken> {
    let sealed = URL_SAFE_NO_PAD.decode(text).map_err(|_error| ForgedToken)?;
    let (tag_of_sealed, payload) = sealed.split_first_chunk::<32>().ok_or(ForgedToken)?;
    if *tag_of_sealed == tag(context, payload) {
        Ok(payload.to_vec())
    } else {
        Err(ForgedToken)
    }
}

fn tag(context: &[u8], payload: &[u8]) -> [u8; 32] {
    sha256(&[context, b"|", payload].concat())
}
