//! What happened.

pub mod decisions;
pub mod export_log;
pub mod keep_partitions;
pub mod read_log;
pub mod read_timeline;
pub mod seal_log;
pub mod verify_log;
