//! What people, operators and workers can do with ScriptHub: one use case a file.
//!
//! A use case is a plain struct of ports. Its `run` takes a proof of permission where one is needed, decides by the
//! rules of the domain, and writes through one port call whose value carries its journal.

pub mod access;
pub mod accounts;
pub mod api_keys;
pub mod audit;
pub mod idempotency;
pub mod jobs;
pub mod providers;
pub mod scripts;
pub mod second_factor;
pub mod sessions;
pub mod staff;
