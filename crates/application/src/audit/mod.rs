//! What happened.

pub mod read_log;
pub mod read_timeline;
