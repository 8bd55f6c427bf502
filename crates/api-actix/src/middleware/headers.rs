//! Security headers, on every answer.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
/// The page of the interactive documentation brings its own scripts and styles, and calls this server only.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Adds what is not there yet: a handler may say something stricter.
pub(super) fn secure(headers: &mut HeaderMap, path: &str, https_only: bool) {
    let policy = if path == "/docs" || path.starts_with("/docs/") {
        DOCS_POLICY
    } else {
        API_POLICY
    };
    let always = [
        ("content-security-policy", policy),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        (
            "permissions-policy",
            "camera=(), geolocation=(), microphone=(), interest-cohort=()",
        ),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ];
    for (name, value) in always {
        add(headers, name, value);
    }
    if https_only {
        add(
            headers,
            "strict-transport-security",
            "max-age=63072000; includeSubDomains",
        );
    }
    // What is behind a sign-in, and every failure, belongs to one client only.
    add(headers, "cache-control", "no-store");
}

fn add(headers: &mut HeaderMap, name: &'static str, value: &'static str) {
    let name = HeaderName::from_static(name);
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
