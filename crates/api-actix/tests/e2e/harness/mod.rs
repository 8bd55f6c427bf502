//! What the tests act through: a platform, people, mails, and wires that can be cut.

mod abroad;
mod answer;
mod caller;
mod mails;
mod openid;
mod person;
mod platform;
mod proxy;
mod scratch;
mod server;
mod settings;
mod stub;
mod wait;
mod wire;

pub(crate) use abroad::Way;
pub(crate) use answer::{Answer, sha256, tampered};
pub(crate) use caller::{Caller, an_address};
pub(crate) use openid::{OpenIdProvider, browse};
pub(crate) use person::{PASSWORD, Person, a_script};
pub(crate) use platform::Platform;
pub(crate) use proxy::CuttableProxy;
pub(crate) use scratch::Scratch;
pub(crate) use server::Place;
pub(crate) use settings::Settings;
pub(crate) use stub::{Said, Stub};
pub(crate) use wait::{eventually, found, within};
pub(crate) use wire::Wire;

/// How long anything may take that has no limit of its own.
pub(crate) const PATIENCE: std::time::Duration = std::time::Duration::from_secs(15);
