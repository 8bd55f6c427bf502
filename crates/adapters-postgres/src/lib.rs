//! Postgres behind the ports of the domain: diesel on diesel-async, a bb8 pool, and the migrations.

mod connect;
mod failure;
pub mod migrations;
mod pg;
mod pool;
mod schema;
mod statement;

pub use connect::ConnectError;
pub use pg::Pg;
pub use pool::PoolSettings;
