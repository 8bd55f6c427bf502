//! Somebody who sends requests.

use std::future::IntoFuture;
use std::net::SocketAddr;

use actix_web::http::{Method, StatusCode, header};
use actix_web::test::TestRequest;
use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use serde_json::Value;

use super::App;
use super::answer::Answer;
use super::operations::documented;

/// Where all requests come from.
const PEER: ([u8; 4], u16) = ([203, 0, 113, 9], 4711);

/// Somebody with or without a token.
pub(crate) struct Client<'a> {
    app: &'a App,
    token: Option<String>,
}

impl<'a> Client<'a> {
    pub(super) fn new(app: &'a App, token: Option<String>) -> Self {
        Self { app, token }
    }

    pub(crate) fn get(&self, uri: &str) -> Call<'a> {
        self.call(Method::GET, uri)
    }

    pub(crate) fn post(&self, uri: &str) -> Call<'a> {
        self.call(Method::POST, uri)
    }

    pub(crate) fn patch(&self, uri: &str) -> Call<'a> {
        self.call(Method::PATCH, uri)
    }

    pub(crate) fn delete(&self, uri: &str) -> Call<'a> {
        self.call(Method::DELETE, uri)
    }

    pub(crate) fn call(&self, method: Method, uri: &str) -> Call<'a> {
        let name = format!("{method} {}", uri.chars().take(200).collect::<String>());
        let request = TestRequest::with_uri(uri)
            .method(method.clone())
            .peer_addr(SocketAddr::from(PEER));
        let call = Call {
            app: self.app,
            name,
            method,
            path: uri.split('?').next().unwrap_or_default().to_owned(),
            request,
            length: Length::True,
            may_fail: false,
        };
        match &self.token {
            Some(token) => call.header("Authorization", &format!("Bearer {token}")),
            None => call,
        }
    }
}

/// A request that is sent when it is awaited.
pub(crate) struct Call<'a> {
    app: &'a App,
    name: String,
    method: Method,
    path: String,
    request: TestRequest,
    length: Length,
    may_fail: bool,
}

/// What a request says about the length of its body.
#[derive(Debug, Clone, Copy)]
pub(super) enum Length {
    True,
    Untold,
    Claimed(u64),
}

impl Call<'_> {
    /// One more header, besides those of the same name.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.append_header((name, value));
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub(crate) fn body(mut self, media_type: &str, body: impl Into<Bytes>) -> Self {
        self.request = self
            .request
            .append_header((header::CONTENT_TYPE, media_type))
            .set_payload(body);
        self
    }

    /// Does not tell how long the body is.
    pub(crate) fn chunked(mut self) -> Self {
        self.length = Length::Untold;
        self
    }

    /// Claims that the body is so long.
    pub(crate) fn claiming(mut self, length: u64) -> Self {
        self.length = Length::Claimed(length);
        self
    }

    /// Only this request may be answered with 500.
    pub(crate) fn that_may_fail(mut self) -> Self {
        self.may_fail = true;
        self
    }
}

impl<'a> IntoFuture for Call<'a> {
    type Output = Answer;
    type IntoFuture = LocalBoxFuture<'a, Answer>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let answer = (self.app.door)(self.request, self.length).await;
            answer.check(&self.name);
            if let Some(operation) = documented(&self.method, &self.path) {
                answer.check_promise(operation);
            }
            let is_failure = answer.status == StatusCode::INTERNAL_SERVER_ERROR;
            assert!(
                self.may_fail || !is_failure,
                "{}: {:?}",
                self.name,
                answer.body
            );
            answer
        })
    }
}
