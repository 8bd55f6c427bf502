//! Answers: JSON with entity tags, created things, stored answers.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use domain::idempotency::StoredReply;
use domain::revision::Revision;
use serde::Serialize;

use crate::digest::sha256;
use crate::problem::{Code, Problem};

const JSON: &str = "application/json";

/// An object with a strong `ETag`, or 304 when the client has it already.
///
/// The tag is the revision, which [`IfMatch`](crate::extract::IfMatch) reads back, and a digest of the body, so that it also
/// changes with what is shown beside the object.
///
/// # Errors
/// [`Code::Internal`] if the view cannot be written as JSON.
pub fn tagged(
    request: &HttpRequest,
    revision: Revision,
    view: &impl Serialize,
) -> Result<HttpResponse, Problem> {
    let body = to_json(view)?;
    let tag = entity_tag(revision, &body);
    if is_known(request, &tag) {
        return Ok(HttpResponse::NotModified()
            .insert_header((header::ETAG, tag))
            .finish());
    }
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, tag))
        .insert_header((header::CONTENT_TYPE, JSON))
        .body(body))
}

/// The answer to a write that made something: 201 with its address; kept for repetitions of a keyed request.
///
/// # Errors
/// [`Code::Internal`] if the view cannot be written as JSON.
pub fn created(
    location: String,
    revision: Option<Revision>,
    view: &impl Serialize,
) -> Result<StoredReply, Problem> {
    let body = to_json(view)?;
    let mut headers = vec![("Location".to_owned(), location)];
    if let Some(revision) = revision {
        headers.push(("ETag".to_owned(), entity_tag(revision, &body)));
    }
    Ok(StoredReply {
        status: StatusCode::CREATED.as_u16(),
        headers,
        body,
    })
}

/// Sends an answer that was rendered before. One that was stored for a repetition says so.
#[must_use]
pub fn send(reply: StoredReply, repeated: bool) -> HttpResponse {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    for (name, value) in reply.headers {
        response.insert_header((name, value));
    }
    if repeated {
        response.insert_header(("Idempotency-Replayed", "true"));
    }
    response
        .insert_header((header::CONTENT_TYPE, JSON))
        .body(reply.body)
}

/// Whether `If-None-Match` names the tag (weak comparison, RFC 9110 section 13.1.2).
#[must_use]
pub fn is_known(request: &HttpRequest, tag: &str) -> bool {
    request
        .headers()
        .get_all(header::IF_NONE_MATCH)
        .filter_map(|value: &HeaderValue| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

fn to_json(view: &impl Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(view).map_err(|error| Problem::new(Code::Internal).caused_by(error))
}

fn entity_tag(revision: Revision, body: &[u8]) -> String {
    let digest = sha256(body);
    let head = digest
        .first_chunk::<8>()
        .map_or(0, |head| u64::from_be_bytes(*head));
    format!("\"{}-{head:016x}\"", revision.get())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn tag_of(response: &HttpResponse) -> String {
        let tag = response.headers().get(header::ETAG).unwrap();
        tag.to_str().unwrap().to_owned()
    }

    #[test]
    fn who_has_it_already_gets_304_without_a_body() {
        let first = TestRequest::default().to_http_request();
        let tag = tag_of(&tagged(&first, Revision::FIRST, &"a").unwrap());
        for known in [
            tag.clone(),
            format!("W/{tag}"),
            format!("\"x\", {tag}"),
            "*".to_owned(),
        ] {
            let again = TestRequest::default()
                .insert_header((header::IF_NONE_MATCH, known))
                .to_http_request();
            let response = tagged(&again, Revision::FIRST, &"a").unwrap();
            assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        }
    }

    #[test]
    fn the_tag_changes_with_the_revision_and_with_what_is_shown() {
        let request = TestRequest::default().to_http_request();
        let tag = |revision, view: &str| tag_of(&tagged(&request, revision, &view).unwrap());
        let one = tag(Revision::FIRST, "a");
        assert_ne!(one, tag(Revision::FIRST.next(), "a"));
        assert_ne!(one, tag(Revision::FIRST, "b"));
    }
}
