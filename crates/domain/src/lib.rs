//! The rules of ScriptHub, and the ports through which they reach the world.
//!
//! Nothing here does IO, knows a framework, or takes time, ids or chance from anywhere but its
//! arguments. Values are parsed once (`parse`), and from then on their type says that they are good.

pub mod access;
pub mod account;
pub mod audit;
pub mod id;
pub mod idempotency;
pub mod job;
pub mod journal;
pub mod limit;
pub mod outage;
pub mod page;
pub mod port;
pub mod revision;
pub mod script;
pub mod secret;
pub mod session;
mod text;
pub mod violation;
