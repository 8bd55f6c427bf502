//! JSON bodies.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use bytes::{Bytes, BytesMut};
use domain::access::actor::Actor;
use domain::idempotency::{IdempotencyKey, RequestIdentity};
use futures_util::StreamExt;
use garde::Validate;
use serde::de::DeserializeOwned;

use super::rule;
use crate::digest::sha256;
use crate::problem::{Code, FieldError, Problem, object_of};

/// A body of a certain shape.
pub trait Body: DeserializeOwned + Validate<Context = ()> + 'static {
    /// The largest that is read.
    const MAX_BYTES: usize = 64 * 1024;
}

/// A JSON body that has its shape and keeps its rules.
#[derive(Debug)]
pub struct Valid<T> {
    value: T,
    keyed: Option<(IdempotencyKey, [u8; 32])>,
}

/// A body has to arrive within this time, however slowly its client sends.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

impl<T> Valid<T> {
    /// The body.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The body, and which request this is when the client named it by an `Idempotency-Key`.
    pub fn keyed(self, by: &Actor, request: &HttpRequest) -> (T, Option<RequestIdentity>) {
        let identity = self.keyed.map(|(key, fingerprint)| RequestIdentity {
            scope: format!("{} {} {}", name_of(by), request.method(), request.path()),
            key,
            fingerprint,
        });
        (self.value, identity)
    }
}

/// Whose requests are told apart by their keys. What was answered in a session is not answered through an API key, which may reach
/// less.
fn name_of(by: &Actor) -> String {
    let user = by.user();
    by.carrier()
        .key()
        .map_or_else(|| user.to_string(), |key| format!("{user}/{key}"))
}

impl<T: Body> FromRequest for Valid<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            expect_json(&request)?;
            let key = key(&request)?;
            let bytes = tokio::time::timeout(PATIENCE, read(&request, payload, T::MAX_BYTES))
                .await
                .map_err(|_elapsed| Problem::new(Code::RequestTimeout))??;
            let value: T = object_of(&bytes)?;
            value.validate().map_err(|report| rule::problem(&report))?;
            let keyed = key.map(|key| (key, sha256(&bytes)));
            Ok(Self { value, keyed })
        })
    }
}

fn expect_json(request: &HttpRequest) -> Result<(), Problem> {
    let header = |name| {
        request
            .headers()
            .get(name)
            .map(|value: &header::HeaderValue| value.to_str().unwrap_or("?").to_ascii_lowercase())
    };
    let media_type = header(header::CONTENT_TYPE).unwrap_or_default();
    let mut parts = media_type.split(';').map(str::trim);
    let is_json = parts.next() == Some("application/json");
    let is_utf8 = parts.all(|parameter| {
        parameter
            .strip_prefix("charset=")
            .is_none_or(|charset| charset.trim_matches('"') == "utf-8")
    });
    let is_plain = header(header::CONTENT_ENCODING).is_none_or(|coding| coding == "identity");
    if is_json && is_utf8 && is_plain {
        Ok(())
    } else {
        Err(Problem::new(Code::UnsupportedMediaType)
            .detail("send the body as application/json, in UTF-8 and uncompressed"))
    }
}

fn key(request: &HttpRequest) -> Result<Option<IdempotencyKey>, Problem> {
    let Some(value) = request.headers().get("idempotency-key") else {
        return Ok(None);
    };
    IdempotencyKey::parse(value.to_str().unwrap_or("\u{fffd}"))
        .map(Some)
        .map_err(|violation| {
            let field = FieldError::new("Idempotency-Key", &violation);
            Problem::new(Code::InvalidHeader).detail(format!("Idempotency-Key {}", field.message))
        })
}

pub(super) async fn read(
    request: &HttpRequest,
    mut payload: Payload,
    max: usize,
) -> Result<Bytes, Problem> {
    let too_large = || {
        Problem::new(Code::PayloadTooLarge).detail(format!("the body may have {max} bytes here"))
    };
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > max) {
        return Err(too_large());
    }
    let mut body = BytesMut::with_capacity(announced.unwrap_or(1024));
    while let Some(chunk) = payload.next().await {
        let chunk = chunk
            .map_err(|error| Problem::new(Code::MalformedRequest).caused_by(error.to_string()))?;
        if body.len() + chunk.len() > max {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}
