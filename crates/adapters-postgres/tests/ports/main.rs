//! The ports on a real server, each test on a database of its own.

mod accounts;
mod common;
mod faults;
mod jobs;
mod scripts;
mod sessions;
