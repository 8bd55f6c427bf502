//! Acting as somebody.

use serde_json::{Value, json};
use std::ops::Deref;

use super::answer::Answer;
use super::caller::Caller;
use super::server::Place;

/// The password of everybody.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Somebody with an account, signed in.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    caller: Caller,
    pub(crate) id: String,
    pub(crate) email: String,
    /// The newest pair of tokens.
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Deref for Person {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl Person {
    /// Whoever an answer with `user` and `token` is about.
    pub(crate) fn of(caller: &Caller, answer: &Answer) -> Self {
        let access = answer.at("/token/access_token");
        Self {
            caller: caller.bearing(&access),
            id: answer.at("/user/id"),
            email: answer.at("/user/email"),
            access,
            refresh: answer.at("/token/refresh_token"),
        }
    }

    /// The same person in the same session, speaking to another node.
    pub(crate) fn at(&self, place: &Place) -> Self {
        Self {
            caller: self.caller.through(place),
            ..self.clone()
        }
    }

    /// The same person, whose connections are kept.
    pub(crate) fn keeping_alive(&self) -> Self {
        Self {
            caller: self.caller.keeping_alive(),
            ..self.clone()
        }
    }

    /// Signs in with the right password; a session of its own.
    pub(crate) async fn sign_in(&self) -> Self {
        let answer = self.caller.login(&self.email, PASSWORD).await.must_be(200);
        Self::of(&self.caller, &answer)
    }

    /// Exchanges the refresh token for the next pair.
    pub(crate) async fn refreshed(&self) -> Self {
        let answer = self.caller.refresh(&self.refresh).await.must_be(200);
        self.with_tokens(&answer)
    }

    /// The same person with the tokens of an answer.
    pub(crate) fn with_tokens(&self, answer: &Answer) -> Self {
        let access = answer.at("/token/access_token");
        Self {
            caller: self.caller.bearing(&access),
            access,
            refresh: answer.at("/token/refresh_token"),
            ..self.clone()
        }
    }

    /// Publishes a script and answers its path.
    pub(crate) async fn publish(&self, title: &str, content: &str) -> String {
        let answer = self.try_to_publish(title, content).await.must_be(201);
        answer.header("location").to_owned()
    }

    pub(crate) async fn try_to_publish(&self, title: &str, content: &str) -> Answer {
        self.post("/api/scripts")
            .json(&a_script(title, content))
            .await
    }

    /// Changes a script as it is now.
    pub(crate) async fn change(&self, script: &str, patch: &Value) -> Answer {
        let tag = self
            .get(script)
            .await
            .must_be(200)
            .header("etag")
            .to_owned();
        self.patch(script).with("If-Match", &tag).json(patch).await
    }
}

impl Caller {
    pub(crate) async fn join(&self, email: &str, username: &str) -> Answer {
        let body = json!({"email": email, "username": username, "password": PASSWORD});
        self.post("/api/auth/register").json(&body).await
    }

    pub(crate) async fn verify(&self, token: &str) -> Answer {
        let body = json!({"token": token});
        self.post("/api/auth/verify-email").json(&body).await
    }

    pub(crate) async fn login(&self, email: &str, password: &str) -> Answer {
        let body = json!({"email": email, "password": password});
        self.post("/api/auth/login").json(&body).await
    }

    pub(crate) async fn refresh(&self, token: &str) -> Answer {
        let body = json!({"refresh_token": token});
        self.post("/api/auth/refresh").json(&body).await
    }
}

/// The body of a request that publishes.
pub(crate) fn a_script(title: &str, content: &str) -> Value {
    json!({"title": title, "language": "lua", "licence": "MIT", "content": content})
}
