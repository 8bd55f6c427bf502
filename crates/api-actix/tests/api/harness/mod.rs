//! The whole door, in this process, over mocked ports; and people who knock.
//!
//! `TestApi::new().start().await` is a platform with Ada's scripts on it. What a test wants otherwise it says before the start:
//! `.with(|ports| …)`. Every answer is looked at by [`Answer`] before the test sees it.

mod accounts;
mod answer;
mod client;
mod operations;
mod people;
mod ports;
mod providers;
mod seals;
mod state;
mod stock;
mod variations;
pub(crate) mod world;

use std::rc::Rc;
use std::sync::Arc;

use actix_web::dev::Service;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::test::{TestRequest, init_service};
use api_actix::limits::Quotas;
use api_actix::server::Site;
use api_actix::state::Api;
use chrono::TimeDelta;
use domain::access::key::KeyReach;
use domain::access::permission::Permission;
use domain::limit::quota::Quota;
use domain::script::entity::ScriptDetail;
use futures_util::future::LocalBoxFuture;

use client::Length;

pub(crate) use answer::Answer;
pub(crate) use client::{Call, Client};
pub(crate) use operations::{Operation, Security, document, fill, operations};
pub(crate) use people::{Condition, People, Person, session_id, user_id};
pub(crate) use ports::{PASSWORD, Ports, half_done, used_up};
pub(crate) use providers::{FLOW_COOKIE, a_flow, a_proof};
pub(crate) use seals::seal;
pub(crate) use variations::{every_body, properties, with, with_bodies};

/// The origin that may call from a browser.
pub(crate) const FRONTEND: &str = "https://scripthub.id";

/// A platform before its start.
pub(crate) struct TestApi {
    ports: Ports,
    stock: Vec<ScriptDetail>,
    quotas: Quotas,
    https_only: bool,
}

impl TestApi {
    pub(crate) fn new() -> Self {
        let quota = |limit| Quota::new(limit, TimeDelta::minutes(15));
        let quotas = Quotas {
            auth: quota(5),
            auth_ip: quota(50),
            api: quota(100),
            api_user: quota(600),
            api_advanced: quota(3000),
            refresh: Quota::new(30, TimeDelta::minutes(1)),
        };
        Self {
            ports: Ports::default(),
            stock: world::scripts(),
            quotas,
            https_only: false,
        }
    }

    /// What ports do otherwise than by default.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Ports)) -> Self {
        change(&mut self.ports);
        self
    }

    /// One more script.
    pub(crate) fn with_script(mut self, detail: ScriptDetail) -> Self {
        self.stock.push(detail);
        self
    }

    /// Clients reach it by HTTPS only.
    pub(crate) fn https_only(mut self) -> Self {
        self.https_only = true;
        self
    }

    /// Nothing is counted.
    pub(crate) fn unlimited(mut self) -> Self {
        self.quotas = Quotas::default();
        self
    }

    pub(crate) async fn start(self) -> App {
        let people = Arc::new(People::default());
        let ports = self.ports.with_defaults(self.stock);
        let api = state::api(ports, &people, self.quotas, self.https_only);
        let api = Arc::new(api);
        let site = Site::new(Arc::clone(&api), &[FRONTEND.to_owned()]).unwrap();
        let service = Rc::new(init_service(site.app()).await);
        let door = move |request: TestRequest, length: Length| -> LocalBoxFuture<'static, Answer> {
            let service = Rc::clone(&service);
            let mut request = request.to_request();
            match length {
                Length::True => {}
                Length::Untold => drop(request.headers_mut().remove(CONTENT_LENGTH)),
                Length::Claimed(length) => {
                    request.headers_mut().insert(CONTENT_LENGTH, length.into());
                }
            }
            Box::pin(async move {
                match service.call(request).await {
                    Ok(response) => Answer::of(response.map_into_boxed_body().into_parts().1).await,
                    // What the server makes of an error that reaches it.
                    Err(error) => Answer::of(error.error_response()).await,
                }
            })
        };
        App {
            door: Box::new(door),
            people,
            api,
        }
    }
}

/// A platform that runs.
pub(crate) struct App {
    door: Box<dyn Fn(TestRequest, Length) -> LocalBoxFuture<'static, Answer>>,
    people: Arc<People>,
    /// The state that its handlers see.
    pub(crate) api: Arc<Api>,
}

impl App {
    /// Somebody without a token.
    pub(crate) fn anonymous(&self) -> Client<'_> {
        Client::new(self, None)
    }

    /// Ada, verified, holding exactly these permissions.
    pub(crate) fn as_user(&self, permissions: &[Permission]) -> Client<'_> {
        self.as_person(Person::named("ada").holding(permissions.iter().copied()))
    }

    /// This person through an API key that reaches so far.
    pub(crate) fn through_key(&self, person: Person, reach: KeyReach) -> Client<'_> {
        Client::new(self, Some(self.people.admit_key(person, reach)))
    }

    /// This person.
    pub(crate) fn as_person(&self, person: Person) -> Client<'_> {
        Client::new(self, Some(self.people.admit(person)))
    }
}
