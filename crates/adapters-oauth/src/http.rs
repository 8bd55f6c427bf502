//! How we speak to providers: no redirects, not for long, and not more than a page.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use ::http::{Method, Request, StatusCode, header};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::redirect::Policy;
use serde::de::DeserializeOwned;

/// One answer has to be there by then; the caller's own limit for the whole of a sign-in is no longer.
const PATIENCE: Duration = Duration::from_secs(5);
const CONNECTING: Duration = Duration::from_secs(2);
/// The most that is read of an answer, as it is after decompression.
const MOST_BYTES: usize = 1024 * 1024;

/// A client for providers. An answer that leads elsewhere, says that the provider is broken or busy, is too large or too slow
/// is an error: what is left is an answer of the provider itself.
#[derive(Debug, Clone)]
pub(crate) struct Http(reqwest::Client);

/// Why there is no answer. None of it tells what was sent or what came back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    /// Nobody answered, or not in time.
    #[error("no answer")]
    Request(#[source] reqwest::Error),
    /// The answer leads elsewhere, or says that the provider is broken or busy.
    #[error("the provider answered {0}")]
    Status(StatusCode),
    /// The answer has no end.
    #[error("the answer has more than {MOST_BYTES} bytes")]
    TooLarge,
    /// The answer is not what it should be.
    #[error("the answer is not of the expected form")]
    Form,
}

impl Http {
    pub(crate) fn new() -> Result<Self, reqwest::Error> {
        reqwest::Client::builder()
            .redirect(Policy::none())
            .connect_timeout(CONNECTING)
            .timeout(PATIENCE)
            .user_agent("ScriptHub")
            .build()
            .map(Self)
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let request = reqwest::Request::try_from(request).map_err(HttpError::Request)?;
        let mut response = self.0.execute(request).await.map_err(HttpError::Request)?;
        let status = response.status();
        let is_busy = status == StatusCode::TOO_MANY_REQUESTS;
        if status.is_redirection() || status.is_server_error() || is_busy {
            return Err(HttpError::Status(status));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(HttpError::Request)? {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(HttpError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let mut answer = HttpResponse::new(body);
        *answer.status_mut() = status;
        *answer.headers_mut() = response.headers().clone();
        Ok(answer)
    }

    /// A page of the provider's API, with the token of somebody.
    pub(crate) async fn get_json<T: DeserializeOwned>(
        &self,
        url: &str,
        token: &str,
        accept: &str,
    ) -> Result<T, HttpError> {
        let request = Request::builder()
            .method(Method::GET)
            .uri(url)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::ACCEPT, accept)
            .body(Vec::new())
            .map_err(|_error| HttpError::Form)?;
        let answer = self.exchange(request).await?;
        if !answer.status().is_success() {
            return Err(HttpError::Status(answer.status()));
        }
        serde_json::from_slice(answer.body()).map_err(|_error| HttpError::Form)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.exchange(request))
    }
}

/// What went wrong and why, in one line for the log.
pub(crate) fn told(error: &(dyn Error + 'static)) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line.push_str(": ");
        line.push_str(&error.to_string());
        cause = error.source();
    }
    line
}
