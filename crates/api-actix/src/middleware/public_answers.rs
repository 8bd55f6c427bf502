//! Answers that everybody gets alike, kept for a moment: a page that many people open is read and rendered once.
//!
//! What is kept lies behind the gate, so every request is still counted, named and logged.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse, web};
use bytes::Bytes;
use moka::sync::Cache;

/// How long another node may show what was changed here. A change on the same node is seen at once.
const KEPT: Duration = Duration::from_secs(1);
/// How much is kept.
const ROOM_BYTES: u64 = 16 * 1024 * 1024;
/// A larger answer would push many small ones out.
const LARGEST_BYTES: usize = 256 * 1024;
/// Longer names are nobody's usual page.
const LONGEST_KEY_BYTES: usize = 512;

/// The kept answers of one node.
pub struct PublicAnswers {
    kept: Cache<Key, Answer>,
    /// How many changes this node has made. It is part of each key, so that an answer from before a change is never found
    /// after it, not even when it was read before and is kept after.
    changes: AtomicU64,
}

/// Everything that an answer depends on.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    changes: u64,
    target: String,
    accept_encoding: Bytes,
    if_none_match: Bytes,
}

#[derive(Clone)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Default for PublicAnswers {
    fn default() -> Self {
        let kept = Cache::builder()
            .max_capacity(ROOM_BYTES)
            .weigher(|key: &Key, answer: &Answer| {
                let headers = answer.headers.len() * 64;
                let bytes = key.target.len() + headers + answer.body.len();
                u32::try_from(bytes).unwrap_or(u32::MAX)
            })
            .time_to_live(KEPT)
            .build();
        Self {
            kept,
            changes: AtomicU64::new(0),
        }
    }
}

impl PublicAnswers {
    /// The name under which the answer is kept; `None` for a request whose answer depends on who asks, or is not worth it.
    fn key(&self, request: &ServiceRequest) -> Option<Key> {
        let target = request.uri().path_and_query()?.as_str();
        let headers = request.headers();
        let is_for_all = request.method() == Method::GET
            && (target.starts_with("/api/scripts") || target.starts_with("/api/users/"))
            && !headers.contains_key(header::AUTHORIZATION)
            && !headers.contains_key(header::COOKIE);
        let known = single(headers, &header::IF_NONE_MATCH)?;
        let coding = single(headers, &header::ACCEPT_ENCODING)?;
        let length = target.len() + known.len() + coding.len();
        (is_for_all && length <= LONGEST_KEY_BYTES).then(|| Key {
            changes: self.changes.load(Ordering::Acquire),
            target: target.to_owned(),
            accept_encoding: coding,
            if_none_match: known,
        })
    }

    /// Keeps an answer, when it is one that can be kept, and gives it back.
    fn keep(&self, key: Key, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        let is_read = matches!(response.status(), StatusCode::OK | StatusCode::NOT_MODIFIED);
        let is_private = response
            .headers()
            .get(header::CACHE_CONTROL)
            .is_some_and(|control| control.as_bytes().starts_with(b"private"));
        if !is_read || is_private {
            return response;
        }
        let (request, response) = response.into_parts();
        let (response, body) = response.into_parts();
        let body = match body.try_into_bytes() {
            Ok(body) => body,
            Err(stream) => return ServiceResponse::new(request, response.set_body(stream)),
        };
        let answer = Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body,
        };
        if answer.body.len() <= LARGEST_BYTES {
            self.kept.insert(key, answer.clone());
        }
        ServiceResponse::new(request, response.set_body(BoxBody::new(answer.body)))
    }

    fn forget(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }
}

/// The value of a header, empty without one; `None` when there are several, which is nobody's usual request.
fn single(headers: &HeaderMap, name: &HeaderName) -> Option<Bytes> {
    let mut values = headers.get_all(name);
    let value = values.next().map_or(Bytes::new(), |value| {
        Bytes::copy_from_slice(value.as_bytes())
    });
    values.next().is_none().then_some(value)
}

/// Answers what was asked a moment ago by what was answered then; whatever changes something ends that.
///
/// # Errors
/// Those of the handlers.
pub async fn public_answers(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(answers) = request.app_data::<web::Data<PublicAnswers>>().cloned() else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    if let Some(key) = answers.key(&request) {
        if let Some(answer) = answers.kept.get(&key) {
            count("hit");
            return Ok(request.into_response(answer.into_response()));
        }
        count("miss");
        let response = next.call(request).await?.map_into_boxed_body();
        return Ok(answers.keep(key, response));
    }
    let may_change = may_change(request.request());
    let response = next.call(request).await?.map_into_boxed_body();
    if may_change && response.status().is_success() {
        answers.forget();
    }
    Ok(response)
}

/// Signing in and out changes nothing that everybody sees.
fn may_change(request: &HttpRequest) -> bool {
    request.method() != Method::GET && !request.path().starts_with("/api/auth/")
}

fn count(outcome: &'static str) {
    metrics::counter!("public_answer_lookups_total", "outcome" => outcome).increment(1);
}

impl Answer {
    fn into_response(self) -> HttpResponse {
        let mut response = HttpResponse::with_body(self.status, BoxBody::new(self.body));
        *response.headers_mut() = self.headers;
        response
    }
}
