//! The HTTP door of ScriptHub: routes over use cases, problems, documents, and the process around them.
//!
//! Adapters are named in [`wiring`] and [`cli`] only; everything else sees ports.

pub mod background;
pub mod cli;
pub mod client_ip;
pub mod config;
pub mod cursor;
mod device;
pub mod digest;
pub mod extract;
pub mod health;
pub mod limits;
pub mod logging;
pub mod metrics_page;
pub mod middleware;
pub mod openapi;
pub mod problem;
pub mod reply;
pub mod routes;
pub mod server;
pub mod state;
pub mod wiring;
