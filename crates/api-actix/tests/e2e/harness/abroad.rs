//! Somebody in a browser who signs in through a provider.

use serde_json::json;

use super::answer::Answer;
use super::caller::Caller;

/// A way to a provider that was begun.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    /// Where the provider is asked.
    pub(crate) there: String,
    /// The cookie of the way.
    pub(crate) cookie: String,
}

impl Way {
    /// The way that an answer leads to, or tells of.
    pub(crate) fn of(answer: &Answer) -> Self {
        let cookie = answer.header("set-cookie");
        let there = match answer.header("location") {
            "" => answer.at("/authorize_url"),
            location => location.to_owned(),
        };
        Self {
            there,
            cookie: cookie.split(';').next().unwrap_or_default().to_owned(),
        }
    }
}

impl Caller {
    /// Goes to a provider.
    pub(crate) async fn leave_for(&self, provider: &str) -> Way {
        let answer = self.get(&format!("/api/auth/{provider}")).await;
        Way::of(&answer.must_be(302))
    }

    /// Comes back by this path with the cookie of the way; answers what the frontend gets, `code=…` or `error=…`.
    pub(crate) async fn come_back(&self, path: &str, way: &Way) -> String {
        let answer = self
            .get(path)
            .with("Cookie", &way.cookie)
            .await
            .must_be(302);
        let location = answer.header("location");
        let (page, fragment) = location.split_once('#').expect("a fragment");
        assert!(page.ends_with("/auth/callback"), "{page}");
        fragment.split('&').next().unwrap_or_default().to_owned()
    }

    pub(crate) async fn exchange(&self, code: &str) -> Answer {
        let body = json!({"code": code});
        self.post("/api/auth/exchange").json(&body).await
    }
}
