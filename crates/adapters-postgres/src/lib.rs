//! Postgres behind the ports of the domain: diesel on diesel-async, a bb8 pool, and the migrations.

mod connect;
pub mod migrations;

pub use connect::ConnectError;
