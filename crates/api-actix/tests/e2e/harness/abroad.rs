//! Somebody in a browser who signs in through a provider.

use reqwest::Url;
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

    /// What the provider is asked under this name.
    pub(crate) fn asked(&self, name: &str) -> String {
        let url = Url::parse(&self.there).expect("an address");
        let mut pairs = url.query_pairs();
        let found = pairs.find(|(key, _)| key == name);
        found.expect("a parameter").1.into_owned()
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

    /// Comes back from a provider with some code.
    pub(crate) async fn come_back_from(&self, provider: &str, way: &Way) -> String {
        let state = way.asked("state");
        let path = format!("/api/auth/{provider}/callback?code=good&state={state}");
        self.come_back(&path, way).await
    }

    pub(crate) async fn exchange(&self, code: &str) -> Answer {
        let body = json!({"code": code});
        self.post("/api/auth/exchange").json(&body).await
    }
}
