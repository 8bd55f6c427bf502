//! Content as it goes over the wire: compressed as it is stored, or as plain text.

use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::access::actor::Viewer;
use domain::id::ScriptId;
use domain::script::content::Sha256;
use domain::script::entity::VersionInContext;
use domain::script::state::ScriptStatus;
use domain::script::version::VersionSelector;

use crate::problem::Problem;
use crate::reply::is_known;
use crate::state::Api;

/// The form in which a client gets a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Identity,
    Gzip,
}

impl Coding {
    /// What the client accepts (RFC 9110 section 12.5.3); the stored form when it may.
    fn accepted(headers: &HeaderMap) -> Self {
        let accepts_gzip = headers
            .get_all(header::ACCEPT_ENCODING)
            .filter_map(|value| value.to_str().ok())
            .flat_map(|line| line.split(','))
            .any(|item| {
                let mut parts = item.split(';').map(str::trim);
                let is_gzip = parts.next().is_some_and(|coding| {
                    coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip")
                });
                is_gzip && !parts.any(refuses)
            });
        if accepts_gzip {
            Self::Gzip
        } else {
            Self::Identity
        }
    }

    /// Each form has an entity tag of its own: they differ byte for byte.
    fn tag(self, content: Sha256) -> String {
        match self {
            Self::Identity => format!("\"{content}\""),
            Self::Gzip => format!("\"{content}-gzip\""),
        }
    }
}

/// A weight of zero.
fn refuses(parameter: &str) -> bool {
    parameter
        .strip_prefix("q=")
        .and_then(|weight| weight.trim().parse::<f32>().ok())
        .is_some_and(|weight| weight <= 0.0)
}

/// Answers the content of a version, or 304.
pub(super) async fn answer(
    request: &HttpRequest,
    viewer: &Viewer,
    script: ScriptId,
    selector: &VersionSelector,
    api: &Api,
) -> Result<HttpResponse, Problem> {
    let coding = Coding::accepted(request.headers());
    if request.headers().contains_key(header::IF_NONE_MATCH) {
        // The content is not read for a client that most likely has it.
        let found = api
            .scripts
            .read_versions
            .find(viewer, script, selector)
            .await?;
        let tag = coding.tag(found.version.sha256);
        if is_known(request, &tag) {
            let mut response = HttpResponse::NotModified();
            describe(&mut response, &found, selector, tag);
            return Ok(response.finish());
        }
    }
    let opened = api
        .scripts
        .read_versions
        .open(viewer, script, selector)
        .await?;
    let mut response = HttpResponse::Ok();
    let tag = coding.tag(opened.content.sha256);
    describe(&mut response, &opened.context, selector, tag);
    response
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, file_name(&opened.context)))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ));
    match coding {
        Coding::Gzip => Ok(response
            .insert_header((header::CONTENT_ENCODING, "gzip"))
            .insert_header(digest(opened.content.gzip_sha256))
            .body(opened.content.gzip)),
        Coding::Identity => {
            let text = api.scripts.read_versions.text(&opened.content).await?;
            Ok(response
                .insert_header(digest(opened.content.sha256))
                .body(text))
        }
    }
}

/// What a 304 says as well: the tag, and who may keep it for how long.
fn describe(
    response: &mut actix_web::HttpResponseBuilder,
    found: &VersionInContext,
    selector: &VersionSelector,
    tag: String,
) {
    // Its owner and staff also see what was quarantined: that must not stay in a cache for everybody.
    let access = found.access;
    let is_shared = access.visibility.is_shareable() && access.status == ScriptStatus::Published;
    let (keeping, varies_by) = match (is_shared, selector.is_pinned()) {
        (false, _) => ("private, no-store", "Accept-Encoding, Authorization"),
        // What a pinned address names never changes, but it may be taken down, hence no longer than caches can be purged.
        (true, true) => ("public, max-age=31536000, immutable", "Accept-Encoding"),
        (true, false) => ("public, max-age=60", "Accept-Encoding"),
    };
    response
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, keeping))
        .insert_header((header::VARY, varies_by));
}

/// RFC 9530: the digest of what is sent, in the form in which it is sent.
fn digest(sha256: Sha256) -> (&'static str, String) {
    let digest = STANDARD.encode(sha256.as_bytes());
    ("Repr-Digest", format!("sha-256=:{digest}:"))
}

fn file_name(found: &VersionInContext) -> String {
    let extension = match found.language.as_str() {
        "javascript" => "js",
        "typescript" => "ts",
        "python" => "py",
        "ruby" => "rb",
        "rust" => "rs",
        "shell" | "bash" | "sh" => "sh",
        "powershell" => "ps1",
        "perl" => "pl",
        "autohotkey" => "ahk",
        known @ ("lua" | "go" | "sql" | "php" | "c" | "r" | "java") => known,
        _ => "txt",
    };
    format!(
        "inline; filename=\"{}-{}.{extension}\"",
        found.slug,
        found.version.number.get()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    #[test]
    fn the_stored_form_is_sent_to_whoever_takes_it() {
        for (accepted, expected) in [
            ("gzip, deflate, br", Coding::Gzip),
            ("br;q=1.0, GZIP;q=0.5", Coding::Gzip),
            ("gzip;q=0", Coding::Identity),
            ("gzip; q=0.000", Coding::Identity),
            ("identity", Coding::Identity),
            ("", Coding::Identity),
        ] {
            let mut headers = HeaderMap::new();
            let value = HeaderValue::from_str(accepted).unwrap();
            headers.insert(header::ACCEPT_ENCODING, value);
            assert_eq!(Coding::accepted(&headers), expected, "{accepted}");
        }
        assert_eq!(Coding::accepted(&HeaderMap::new()), Coding::Identity);
    }
}
