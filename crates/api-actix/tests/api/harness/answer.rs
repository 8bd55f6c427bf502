//! What came back. Whatever holds for every answer is asserted here, so that every test of this target checks it.

use actix_web::HttpResponse;
use actix_web::body::to_bytes;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use api_actix::problem::Code;
use bytes::Bytes;
use serde_json::Value;

use super::operations::Operation;

/// The headers of every answer.
const SECURITY: [&str; 9] = [
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "cache-control",
    "x-request-id",
];

/// What no client may read: where our code is, what our queries are, how our memory looks.
const INTERNAL: [&str; 7] = [
    "src/",
    ".rs:",
    "panicked",
    "SELECT ",
    "postgres",
    "Err(",
    "Violation",
];

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(super) async fn of(response: HttpResponse) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body()).await.unwrap();
        Self {
            status,
            headers,
            body,
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }

    /// The answer, if it has this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{:?}", self.body);
        self
    }

    /// The answer, if it is this problem.
    #[track_caller]
    pub(crate) fn problem(self, status: u16, code: &str) -> Self {
        let answer = self.expect(status);
        assert_eq!(answer.code(), code, "{:?}", answer.body);
        answer
    }

    /// The code of the problem; `-` when it is none.
    pub(crate) fn code(&self) -> String {
        let body: Option<Value> = serde_json::from_slice(&self.body).ok();
        let code = body.as_ref().and_then(|body| body["code"].as_str());
        code.unwrap_or("-").to_owned()
    }

    /// The fields that the problem names, each with its rule, as `field: code`.
    pub(crate) fn fields(&self) -> Vec<String> {
        let body = self.json();
        let errors = body["errors"].as_array().into_iter().flatten();
        errors
            .map(|error| {
                let text = |name: &str| error[name].as_str().unwrap().to_owned();
                format!("{}: {}", text("field"), text("code"))
            })
            .collect()
    }

    /// The answer, if it is a 422 that names exactly this field and rule.
    #[track_caller]
    pub(crate) fn invalid(self, field: &str, code: &str) -> Self {
        let answer = self.problem(422, "validation_failed");
        assert_eq!(answer.fields(), [format!("{field}: {code}")]);
        answer
    }

    /// Whether this is the answer to a request for permission to cross origins.
    fn is_preflight(&self) -> bool {
        self.headers.contains_key("access-control-max-age")
    }

    /// What holds for every answer.
    #[track_caller]
    pub(super) fn check(&self, request: &str) {
        for name in SECURITY {
            assert!(
                self.headers.contains_key(name),
                "{request}: no {name}: {self:?}"
            );
        }
        assert_eq!(self.header("x-content-type-options"), Some("nosniff"));
        let policy = self.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'"), "{request}: {policy}");
        for name in ["server", "x-powered-by"] {
            assert!(!self.headers.contains_key(name), "{request}: {name}");
        }
        let is_readiness = request.contains("/health/ready");
        if self.status.as_u16() >= 400 && !is_readiness && !self.is_preflight() {
            self.check_problem(request);
        }
    }

    /// The document knows the status of the answer, and the code where it is a problem.
    #[track_caller]
    pub(super) fn check_promise(&self, operation: &Operation) {
        if self.is_preflight() {
            return;
        }
        let (name, status) = (operation.name(), self.status.as_u16().to_string());
        let told = &operation.spec["responses"][&status]["description"];
        let told = told.as_str();
        let told =
            told.unwrap_or_else(|| panic!("{name} does not tell of {status}: {:?}", self.body));
        let code = self.code();
        let is_told = code == "-" || told.contains(&format!("`{code}`"));
        assert!(is_told, "{name} does not tell of {code}: {told}");
    }

    /// What holds for every failure (RFC 9457).
    #[track_caller]
    fn check_problem(&self, request: &str) {
        let media_type = self.header("content-type");
        assert_eq!(
            media_type,
            Some("application/problem+json"),
            "{request}: {self:?}"
        );
        let body = self.json();
        let name = body["code"].as_str().unwrap();
        let code = Code::ALL.iter().find(|code| code.name() == name);
        let code = code.unwrap_or_else(|| panic!("{request}: {name} is not in the catalog"));
        assert_eq!(code.status(), self.status, "{request}: {body}");
        assert_eq!(body["status"], self.status.as_u16(), "{request}");
        assert_eq!(
            body["type"],
            format!("urn:scripthub:problem:{name}"),
            "{request}"
        );
        assert_eq!(body["title"], code.title(), "{request}");
        assert_eq!(
            body["request_id"].as_str(),
            self.header("x-request-id"),
            "{request}"
        );
        assert!(
            !body["detail"].as_str().unwrap().is_empty(),
            "{request}: {body}"
        );
        assert_eq!(
            body["errors"].is_array(),
            name == "validation_failed",
            "{request}: {body}"
        );
        assert_eq!(self.header("cache-control"), Some("no-store"), "{request}");
        for internal in INTERNAL {
            assert!(!self.text().contains(internal), "{request}: {body}");
        }
        let demands = |status: u16, header: &str| {
            let is_due = self.status.as_u16() == status;
            assert!(
                !is_due || self.headers.contains_key(header),
                "{request}: no {header}"
            );
        };
        demands(401, "www-authenticate");
        demands(405, "allow");
        demands(429, "retry-after");
        demands(503, "retry-after");
        assert_ne!(self.header("retry-after"), Some("0"), "{request}");
    }
}
