//! The ports on a real server, each test on a database of its own.
#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure, and says where"
)]

mod access_edits;
mod accounts;
mod api_keys;
mod audit_chain;
mod audit_partitions;
mod audit_records;
mod avatars;
mod closures;
mod common;
mod email_changes;
mod faults;
mod identities;
mod jobs;
mod keyed;
mod lists;
mod passwords;
mod personal_data;
mod provider_flows;
mod refusals;
mod rehearsals;
mod roles;
mod scripts;
mod second_factors;
mod sessions;
mod supervision;
