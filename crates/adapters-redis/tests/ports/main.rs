//! The ports on a real Redis, each test with a prefix of its own; faults on a Redis of their own.
#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure, and says where"
)]

mod announcements;
mod common;
mod faults;
mod hot_sessions;
mod limits;
mod push;
mod server;
mod standings;
