//! Clients, each at an address of its own.

use std::time::Duration;

use reqwest::{Client, Method};
use test_support::services::unique_suffix;

use super::answer::Asking;
use super::server::Place;

/// Longer than anything the server may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Somebody who sends requests to one node.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    http: Client,
    base: String,
    /// What the proxy in front of the platform says about where they are; nothing if they speak to it directly.
    address: Option<String>,
    token: Option<String>,
}

impl Caller {
    /// Somebody with a new connection for each request: none is answered by what a killed server has left.
    pub(super) fn new(base: &str, address: Option<String>) -> Self {
        Self {
            http: client(0),
            base: base.to_owned(),
            address,
            token: None,
        }
    }

    /// The same client, which keeps its connections as browsers and proxies do.
    pub(crate) fn keeping_alive(&self) -> Self {
        Self {
            http: client(8),
            ..self.clone()
        }
    }

    /// The same client, speaking to another node.
    pub(crate) fn through(&self, place: &Place) -> Self {
        Self {
            base: place.0.clone(),
            ..self.clone()
        }
    }

    /// The same client with this access token.
    pub(crate) fn bearing(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    pub(crate) fn get(&self, path: &str) -> Asking {
        self.ask(Method::GET, path)
    }

    pub(crate) fn head(&self, path: &str) -> Asking {
        self.ask(Method::HEAD, path)
    }

    pub(crate) fn post(&self, path: &str) -> Asking {
        self.ask(Method::POST, path)
    }

    pub(crate) fn put(&self, path: &str) -> Asking {
        self.ask(Method::PUT, path)
    }

    pub(crate) fn patch(&self, path: &str) -> Asking {
        self.ask(Method::PATCH, path)
    }

    pub(crate) fn delete(&self, path: &str) -> Asking {
        self.ask(Method::DELETE, path)
    }

    fn ask(&self, method: Method, path: &str) -> Asking {
        let name = format!("{method} {path}");
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(address) = &self.address {
            request = request.header("X-Forwarded-For", address);
        }
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        Asking { name, request }
    }
}

fn client(idle_connections: usize) -> Client {
    Client::builder()
        .pool_max_idle_per_host(idle_connections)
        .no_gzip()
        .no_proxy()
        // Where an answer leads is looked at, not followed.
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .build()
        .expect("a client can be made")
}

/// An address that no other client has: limits count IPv6 by the first four groups.
pub(crate) fn an_address() -> String {
    let mut digits = unique_suffix();
    let mut group = |length| digits.drain(..length).collect::<String>();
    let [a, b, c, d] = [group(2), group(4), group(4), group(4)];
    format!("fd{a}:{b}:{c}:{d}::1")
}
