//! Problems: how every failure looks to a client (RFC 9457).

pub mod catalog;
mod from_access;
mod from_domain;
mod from_providers;
mod from_scripts;
mod from_staff;
mod json;

use std::borrow::Cow;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use domain::outage::BoxError;
use domain::violation::Violation;
use serde::Serialize;
use utoipa::ToSchema;

pub use catalog::Code;
pub use json::{field_of, object_of};

/// One field and the rule that it breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The path of the field, `tags[2]`; `body` for the body as a whole.
    #[schema(example = "email")]
    pub field: String,
    /// The rule, stable and machine readable.
    #[schema(example = "malformed")]
    pub code: Cow<'static, str>,
    /// The rule in words.
    #[schema(example = "must be an address such as name@example.org")]
    pub message: String,
}

impl FieldError {
    /// A field and the rule of the domain that it breaks.
    pub fn new(field: impl Into<String>, violation: &Violation) -> Self {
        Self {
            field: field.into(),
            code: Cow::Borrowed(violation.code()),
            message: violation.to_string(),
        }
    }
}

/// A failure on its way to the client.
#[derive(Debug)]
pub struct Problem {
    code: Code,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    retry_after: Option<u32>,
    allow: Option<String>,
    cause: Option<BoxError>,
}

/// The JSON of a problem.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "Problem")]
pub struct ProblemView<'a> {
    /// Names the kind of problem: `urn:scripthub:problem:` and the code.
    #[schema(example = "urn:scripthub:problem:validation_failed")]
    pub r#type: String,
    /// A short sentence, the same for every occurrence.
    #[schema(example = "Some fields are not valid")]
    pub title: &'a str,
    /// The HTTP status.
    #[schema(example = 422)]
    pub status: u16,
    /// What went wrong this time.
    #[schema(example = "email: must be an address such as name@example.org")]
    pub detail: &'a str,
    /// Stable and machine readable.
    #[schema(example = "validation_failed")]
    pub code: &'a str,
    /// Names the request in our logs.
    #[schema(example = "0198f6a0-3c1e-7d55-9c43-3c6d8f1a2b10")]
    pub request_id: &'a str,
    /// The fields that are not valid.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub errors: &'a [FieldError],
}

impl Problem {
    /// A problem of this kind, told by its title.
    #[must_use]
    pub const fn new(code: Code) -> Self {
        Self {
            code,
            detail: Cow::Borrowed(code.title()),
            errors: Vec::new(),
            retry_after: None,
            allow: None,
            cause: None,
        }
    }

    /// Fields that are not valid.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let told: Vec<_> = errors
            .iter()
            .map(|error| format!("{}: {}", error.field, error.message))
            .collect();
        Self {
            errors,
            ..Self::new(Code::ValidationFailed).detail(told.join("; "))
        }
    }

    /// One field and what is wrong with it, under a code of its own.
    #[must_use]
    pub fn of_field(code: Code, field: &str, message: String) -> Self {
        let problem = Self::new(code).detail(format!("{field}: {message}"));
        let error = FieldError {
            field: field.to_owned(),
            code: Cow::Borrowed(code.name()),
            message,
        };
        Self {
            errors: vec![error],
            ..problem
        }
    }

    /// One field that breaks a rule of the domain.
    pub fn field(field: impl Into<String>, violation: &Violation) -> Self {
        Self::invalid(vec![FieldError::new(field, violation)])
    }

    /// What went wrong this time, in words for the client.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = detail.into();
        self
    }

    /// When to come back, in seconds, at least one.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds.max(1));
        self
    }

    /// The methods that are allowed instead.
    #[must_use]
    pub fn allowing(mut self, methods: String) -> Self {
        self.allow = Some(methods);
        self
    }

    /// What was behind it; logged, never shown.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<BoxError>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Its kind.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// What was behind it.
    #[must_use]
    pub fn cause(&self) -> Option<&BoxError> {
        self.cause.as_ref()
    }

    /// The body of the answer.
    #[must_use]
    pub fn body(&self, request_id: &str) -> Vec<u8> {
        let view = ProblemView {
            r#type: format!("urn:scripthub:problem:{}", self.code.name()),
            title: self.code.title(),
            status: self.code.status().as_u16(),
            detail: &self.detail,
            code: self.code.name(),
            request_id,
            errors: &self.errors,
        };
        serde_json::to_vec(&view).unwrap_or_default()
    }

    /// What stands for a failure that was not made by us: an error of the framework.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        Self::new(match status {
            StatusCode::NOT_FOUND => Code::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
            StatusCode::REQUEST_TIMEOUT => Code::RequestTimeout,
            StatusCode::PAYLOAD_TOO_LARGE => Code::PayloadTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
            StatusCode::SERVICE_UNAVAILABLE => Code::Unavailable,
            _ if status.as_u16() < 500 => Code::MalformedRequest,
            _ => Code::Internal,
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.detail)
    }
}

impl std::error::Error for Problem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.cause {
            Some(cause) => Some(&**cause),
            None => None,
        }
    }
}

/// The outermost middleware adds the body, since only it knows the request id.
impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if let Some(seconds) = self.retry_after {
            response.insert_header(("Retry-After", seconds.to_string()));
        }
        if let Some(methods) = &self.allow {
            response.insert_header(("Allow", methods.as_str()));
        }
        match self.code {
            Code::Unauthenticated => {
                response.insert_header(("WWW-Authenticate", "Bearer"));
            }
            Code::AccessTokenInvalid | Code::ApiKeyInvalid | Code::SessionEnded => {
                let challenge = "Bearer error=\"invalid_token\"";
                response.insert_header(("WWW-Authenticate", challenge));
            }
            Code::InvalidCredentials
            | Code::MfaTokenInvalid
            | Code::MfaCodeInvalid
            | Code::RefreshTokenInvalid
            | Code::RefreshTokenReused
            | Code::SessionExpired => {
                // RFC 9110 wants a challenge on every 401; this one names no token to be refreshed.
                response.insert_header(("WWW-Authenticate", "Bearer realm=\"sign-in\""));
            }
            _ => {}
        }
        response.finish()
    }
}
