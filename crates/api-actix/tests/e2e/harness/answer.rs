//! Requests on their way, and what came back.

use std::future::IntoFuture;
use std::io::Read;
use std::pin::Pin;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use flate2::read::GzDecoder;
use reqwest::RequestBuilder;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// A request; awaiting it sends it.
pub(crate) struct Asking {
    pub(super) name: String,
    pub(super) request: RequestBuilder,
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    name: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) took: Duration,
}

impl Asking {
    pub(crate) fn with(mut self, header: &str, value: &str) -> Self {
        self.request = self.request.header(header, value);
        self
    }

    pub(crate) fn json(mut self, body: &Value) -> Self {
        self.request = self.request.json(body);
        self
    }

    pub(crate) fn body(mut self, media_type: &str, content: Vec<u8>) -> Self {
        let request = self.request.header("Content-Type", media_type);
        self.request = request.body(content);
        self
    }

    /// Sends it to a server that may be gone.
    pub(crate) async fn attempt(self) -> Result<Answer, reqwest::Error> {
        let begun = Instant::now();
        let response = self.request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Answer {
            name: self.name,
            status,
            headers,
            body: response.bytes().await?,
            took: begun.elapsed(),
        })
    }
}

impl IntoFuture for Asking {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let name = self.name.clone();
            match self.attempt().await {
                Ok(answer) => answer,
                Err(error) => panic!("{name} was not answered: {error:?}"),
            }
        })
    }
}

impl Answer {
    /// The answer, which must have this status.
    #[track_caller]
    pub(crate) fn must_be(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.name, self.text());
        self
    }

    /// The answer, which must be a problem of this status and code.
    #[track_caller]
    pub(crate) fn must_fail(self, status: u16, code: &str) -> Self {
        let answer = self.must_be(status);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.json()["code"], code, "{}", answer.text());
        answer
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("{}: no JSON: {error}: {}", self.name, self.text()),
        }
    }

    /// A text of the body, by its JSON pointer.
    #[track_caller]
    pub(crate) fn at(&self, pointer: &str) -> String {
        match self.json().pointer(pointer) {
            Some(Value::String(text)) => text.clone(),
            _ => panic!("{}: no text at {pointer}: {}", self.name, self.text()),
        }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap_or("?"))
    }

    /// The seconds after which the client may come back: there must be some.
    #[track_caller]
    pub(crate) fn retry_after(&self) -> u64 {
        let seconds = self.header("retry-after").parse().unwrap_or(0);
        assert!(seconds > 0, "{}: Retry-After is missing", self.name);
        seconds
    }

    /// The body before it was compressed.
    pub(crate) fn unpacked(&self) -> Vec<u8> {
        let mut content = Vec::new();
        GzDecoder::new(&*self.body)
            .read_to_end(&mut content)
            .expect("the body is gzip");
        content
    }
}

/// A token that differs in one character; not in one of the last, whose bits may mean nothing.
pub(crate) fn tampered(token: &str) -> String {
    let place = token.len() - 10;
    let other = if token[place..].starts_with('A') {
        "B"
    } else {
        "A"
    };
    format!("{}{other}{}", &token[..place], &token[place + 1..])
}

/// The digest of a content as `Repr-Digest` has it.
pub(crate) fn sha256(content: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, content);
    format!("sha-256=:{}:", STANDARD.encode(digest))
}
