//! The browser's half of a way to a provider: a cookie for each way, so that several may be under way at once.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use application::providers::begin::Begun;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::account::provider_flow::FLOW_LIFETIME;
use domain::id::TokenId;

/// The name of a way's cookie. The prefix binds it to this host and to HTTPS (RFC 6265bis, section 4.1.3.2); browsers count
/// `http://localhost` as such, so that it holds in development, too.
fn name(flow: TokenId) -> String {
    let id = flow.as_uuid().simple().to_string();
    let short: String = id.chars().take(16).collect();
    format!("__Host-oauth-{short}")
}

fn cookie(flow: TokenId, value: String, age: Duration) -> Cookie<'static> {
    Cookie::build(name(flow), value)
        .path("/")
        .secure(true)
        .http_only(true)
        // Lax: the browser brings it when the provider sends the person back.
        .same_site(SameSite::Lax)
        .max_age(age)
        .finish()
}

/// The cookie of a way that was begun.
#[must_use]
pub(crate) fn of(begun: &Begun) -> Cookie<'static> {
    let value = URL_SAFE_NO_PAD.encode(&begun.sealed);
    cookie(
        begun.flow,
        value,
        Duration::seconds(FLOW_LIFETIME.num_seconds()),
    )
}

/// What takes the cookie of a way from the browser.
#[must_use]
pub(crate) fn gone(flow: TokenId) -> Cookie<'static> {
    cookie(flow, String::new(), Duration::ZERO)
}

/// The browser's half of this way, if it brings it.
#[must_use]
pub(crate) fn brought(request: &HttpRequest, flow: TokenId) -> Option<Vec<u8>> {
    let cookie = request.cookie(&name(flow))?;
    URL_SAFE_NO_PAD.decode(cookie.value()).ok()
}
