//! How a pair of tokens gets to whoever signed in: all of it in the body, or the refresh token in a cookie.
//!
//! A browser that keeps the refresh token in a cookie never shows it to the scripts of a page. Every door that hands out a
//! pair does so by [`deliver`].

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use chrono::{DateTime, Utc};
use domain::session::token::TokenPair;
use domain::violation::Violation;
use serde::Serialize;

use super::view::TokenView;
use crate::problem::{Code, Problem};
use crate::state::Api;

/// The cookie of the refresh token. The prefix makes browsers insist on `Secure`, `Path=/` and no `Domain` (RFC 6265bis), so
/// that no other host of the domain can plant one.
pub(crate) const REFRESH_COOKIE: &str = "__Host-scripthub_refresh";

/// The way that a client asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum TokenDelivery {
    /// Both tokens in the body.
    #[default]
    Body,
    /// The refresh token in a cookie only.
    Cookie,
}

impl TokenDelivery {
    /// `body` or `cookie`.
    ///
    /// # Errors
    /// [`Violation::Unknown`] for everything else.
    pub(super) fn parse(text: &str) -> Result<Self, Violation> {
        match text {
            "body" => Ok(Self::Body),
            "cookie" => Ok(Self::Cookie),
            _ => Err(Violation::Unknown("body, cookie")),
        }
    }

    /// What a body asks for, which garde has looked at before.
    ///
    /// # Errors
    /// [`Code::ValidationFailed`].
    pub(super) fn asked(text: Option<&str>) -> Result<Self, Problem> {
        let parsed = text.map(Self::parse).transpose();
        crate::extract::checked("token_delivery", parsed).map(Option::unwrap_or_default)
    }
}

/// Answers with a pair in the way that was asked for; `view` puts the part that goes into the body where it belongs.
pub(super) fn deliver<V: Serialize>(
    mut response: HttpResponseBuilder,
    how: TokenDelivery,
    pair: &TokenPair,
    now: DateTime<Utc>,
    view: impl FnOnce(TokenView) -> V,
) -> HttpResponse {
    let mut token = TokenView::at(pair, now);
    if how == TokenDelivery::Cookie
        && let Some(text) = token.refresh_token.take()
    {
        response.cookie(cookie(text, token.refresh_expires_in));
    }
    response.json(view(token))
}

/// The refresh token that the browser brought in its cookie.
pub(super) fn brought(request: &HttpRequest) -> Option<String> {
    let cookie = request.cookie(REFRESH_COOKIE)?;
    Some(cookie.value().to_owned()).filter(|value| !value.is_empty())
}

/// Tells the browser to forget the cookie.
pub(super) fn forget(response: &mut HttpResponse) {
    let gone = cookie(String::new(), 0);
    if let Ok(value) = header::HeaderValue::from_str(&gone.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// A cookie goes along with requests that other pages make, so whoever uses it says which page asks (OWASP, cross-site request
/// forgery): one of ours.
///
/// # Errors
/// [`Code::ForeignOrigin`] without an `Origin`, and for one that is not ours.
pub(super) fn expect_own_page(request: &HttpRequest, api: &Api) -> Result<(), Problem> {
    let mut origins = request.headers().get_all(header::ORIGIN);
    let origin = origins.next().and_then(|value| value.to_str().ok());
    let is_ours = origin.is_some_and(|origin| api.pages.iter().any(|page| page == origin));
    if is_ours && origins.next().is_none() {
        Ok(())
    } else {
        Err(Problem::new(Code::ForeignOrigin))
    }
}

fn cookie(value: String, seconds: i64) -> Cookie<'static> {
    Cookie::build(REFRESH_COOKIE, value)
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::seconds(seconds))
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_for_our_host_over_https_and_out_of_reach_of_scripts() {
        assert_eq!(
            cookie("shr_x".to_owned(), 60).to_string(),
            "__Host-scripthub_refresh=shr_x; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=60"
        );
    }

    #[test]
    fn there_are_two_ways_and_the_body_is_the_one_of_old() {
        assert_eq!(TokenDelivery::asked(None).unwrap(), TokenDelivery::Body);
        assert_eq!(TokenDelivery::parse("cookie"), Ok(TokenDelivery::Cookie));
        for other in ["", "Cookie", "header"] {
            assert!(TokenDelivery::parse(other).is_err(), "{other}");
        }
    }
}
