//! Rate limits: which acts are counted together, and what clients are told about it.
//!
//! Headers follow draft-ietf-httpapi-ratelimit-headers: `RateLimit-Policy` and `RateLimit`.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpMessage, HttpRequest};
use chrono::TimeDelta;
use domain::access::actor::Actor;
use domain::access::permission::Permission;
use domain::id::SessionId;
use domain::limit::quota::{LimitClass, LimitedAct, Quota, Verdict};
use domain::port::rate_limiter::RateLimiter;

use crate::client_ip::counted_as;
use crate::digest::short_name;
use crate::problem::{Code, Problem};

/// The quota of every class; `None` switches a class off.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quotas {
    /// Trying credentials, by address and account.
    pub auth: Option<Quota>,
    /// Trying credentials, by address alone.
    pub auth_ip: Option<Quota>,
    /// Requests of people who are not signed in.
    pub api: Option<Quota>,
    /// Requests of signed-in people.
    pub api_user: Option<Quota>,
    /// Requests of holders of `api.advanced`.
    pub api_advanced: Option<Quota>,
    /// Refreshing.
    pub refresh: Option<Quota>,
}

impl Quotas {
    const fn of(&self, class: LimitClass) -> Option<Quota> {
        match class {
            LimitClass::Auth => self.auth,
            LimitClass::AuthIp => self.auth_ip,
            LimitClass::Api => self.api,
            LimitClass::ApiUser => self.api_user,
            LimitClass::ApiAdvanced => self.api_advanced,
            LimitClass::Refresh => self.refresh,
        }
    }
}

/// Counts what clients do.
#[derive(Clone)]
pub struct Limits {
    /// Counts.
    pub limiter: Arc<dyn RateLimiter>,
    /// How much is allowed.
    pub quotas: Quotas,
}

/// What was counted during one request, for its headers.
#[derive(Debug, Default)]
pub struct Counted(Vec<(LimitClass, Quota, Verdict)>);

impl Limits {
    /// Counts a request: of the person when they are signed in, else of the address.
    ///
    /// # Errors
    /// [`Code::RateLimited`].
    pub async fn request(
        &self,
        request: &HttpRequest,
        actor: Option<&Actor>,
        ip: Option<IpAddr>,
    ) -> Result<(), Problem> {
        let (class, subject) = match actor {
            Some(actor) if actor.permissions().contains(Permission::ApiAdvanced) => {
                (LimitClass::ApiAdvanced, actor.user().to_string())
            }
            Some(actor) => (LimitClass::ApiUser, actor.user().to_string()),
            None => (LimitClass::Api, address(ip)),
        };
        self.count(request, class, subject).await
    }

    /// Counts a try of credentials: by address and account, so that nobody is locked out by a neighbour, and by address
    /// alone, so that nobody tries one password on everybody.
    ///
    /// # Errors
    /// [`Code::RateLimited`].
    pub async fn credentials(
        &self,
        request: &HttpRequest,
        ip: Option<IpAddr>,
        account: &str,
    ) -> Result<(), Problem> {
        let address = address(ip);
        let account = short_name(&account.trim().to_lowercase());
        let both = format!("{address}|{account}");
        self.count(request, LimitClass::Auth, both).await?;
        self.count(request, LimitClass::AuthIp, address).await
    }

    /// Counts a refresh of a session.
    ///
    /// # Errors
    /// [`Code::RateLimited`].
    pub async fn refresh(&self, request: &HttpRequest, session: SessionId) -> Result<(), Problem> {
        self.count(request, LimitClass::Refresh, session.to_string())
            .await
    }

    async fn count(
        &self,
        request: &HttpRequest,
        class: LimitClass,
        subject: String,
    ) -> Result<(), Problem> {
        let Some(quota) = self.quotas.of(class) else {
            return Ok(());
        };
        let act = LimitedAct {
            class,
            subject,
            quota,
        };
        let verdict = self.limiter.admit(&act).await;
        let mut extensions = request.extensions_mut();
        if !extensions.contains::<Counted>() {
            extensions.insert(Counted::default());
        }
        if let Some(counted) = extensions.get_mut::<Counted>() {
            counted.0.push((class, quota, verdict));
        }
        if verdict.allowed {
            return Ok(());
        }
        metrics::counter!("rate_limited_total", "class" => class.name()).increment(1);
        let seconds = whole_seconds(verdict.reset_after);
        Err(Problem::new(Code::RateLimited)
            .retry_after(u32::try_from(seconds).unwrap_or(u32::MAX))
            .detail(format!("come back in {seconds} s")))
    }
}

impl Counted {
    /// The two headers: the policies that were looked at, and what is left of each. The act that guards most comes first.
    #[must_use]
    pub fn headers(&self) -> Option<[(HeaderName, HeaderValue); 2]> {
        let (mut policies, mut states) = (String::new(), String::new());
        for (class, quota, verdict) in self.0.iter().rev() {
            if !policies.is_empty() {
                policies.push_str(", ");
                states.push_str(", ");
            }
            let (name, window) = (class.name(), quota.window().num_seconds());
            // Writing into a String cannot fail.
            let _ = write!(policies, "\"{name}\";q={};w={window}", quota.limit());
            let reset = whole_seconds(verdict.reset_after);
            let _ = write!(states, "\"{name}\";r={};t={reset}", verdict.remaining);
        }
        if policies.is_empty() {
            return None;
        }
        Some([
            (
                HeaderName::from_static("ratelimit-policy"),
                HeaderValue::try_from(policies).ok()?,
            ),
            (
                HeaderName::from_static("ratelimit"),
                HeaderValue::try_from(states).ok()?,
            ),
        ])
    }
}

fn address(ip: Option<IpAddr>) -> String {
    ip.map_or_else(|| "unknown".to_owned(), counted_as)
}

/// Rounded up, at least one: "now" would be a lie.
fn whole_seconds(time: TimeDelta) -> i64 {
    let seconds = time.num_seconds();
    let rounded = if time > TimeDelta::seconds(seconds) {
        seconds + 1
    } else {
        seconds
    };
    rounded.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;
    use domain::port::rate_limiter::MockRateLimiter;

    fn limits(remaining: u32) -> Limits {
        let mut limiter = MockRateLimiter::new();
        limiter.expect_admit().returning(move |_| Verdict {
            allowed: remaining > 0,
            remaining,
            reset_after: TimeDelta::milliseconds(60_500),
        });
        let quota = Quota::new(5, TimeDelta::minutes(15));
        let quotas = Quotas {
            auth: quota,
            ..Quotas::default()
        };
        Limits {
            limiter: Arc::new(limiter),
            quotas,
        }
    }

    #[actix_web::test]
    async fn a_client_is_told_the_policy_and_what_is_left() {
        let request = TestRequest::default().to_http_request();
        limits(4)
            .credentials(&request, None, "a@example.org")
            .await
            .unwrap();
        let extensions = request.extensions();
        let [policy, state] = extensions.get::<Counted>().unwrap().headers().unwrap();
        assert_eq!(policy.1, "\"auth\";q=5;w=900");
        assert_eq!(state.1, "\"auth\";r=4;t=61");
    }

    #[actix_web::test]
    async fn beyond_the_quota_the_answer_says_when_to_come_back() {
        let request = TestRequest::default().to_http_request();
        let problem = limits(0)
            .credentials(&request, None, "a@example.org")
            .await
            .unwrap_err();
        assert_eq!(problem.code(), Code::RateLimited);
        let response = actix_web::ResponseError::error_response(&problem);
        assert_eq!(response.headers().get("Retry-After").unwrap(), "61");
    }

    #[actix_web::test]
    async fn a_class_that_is_switched_off_counts_nothing() {
        let request = TestRequest::default().to_http_request();
        limits(0).request(&request, None, None).await.unwrap();
        assert!(request.extensions().get::<Counted>().is_none());
    }
}
