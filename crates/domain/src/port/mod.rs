//! The ports: what the use cases need of the world.
//!
//! Rules of writing one:
//! - a port is a plural noun of what it holds, or the role that it plays; never the name of a technology;
//! - one method is one atomic act; a write takes one plain value, so that it can be retried, mocked and compared;
//! - `find_*` answers an `Option`, `list_*` a [`Page`](crate::page::Page);
//! - a conflict that the caller can act on is an enum of the domain; everything else is an
//!   [`Outage`](crate::outage::Outage) whose cause is kept for the log;
//! - nothing here mentions a connection, a transaction or a serialisation format.

pub mod access_changes;
pub mod access_edits;
pub mod access_tokens;
pub mod account_closures;
pub mod accounts;
pub mod announcements;
pub mod api_key_texts;
pub mod api_keys;
pub mod audit_chain;
pub mod audit_links;
pub mod audit_notes;
pub mod audit_partitions;
pub mod audit_records;
pub mod audit_trail;
pub mod avatars;
pub mod clock;
pub mod content_packer;
pub mod email_changes;
pub mod hot_sessions;
pub mod idempotent_replies;
pub mod identities;
pub mod identity_providers;
pub mod ids;
pub mod jobs;
pub mod key_standings;
pub mod lockdowns;
pub mod mailer;
pub mod objects;
pub mod one_time_passwords;
pub mod one_time_tokens;
pub mod password_hasher;
pub mod password_strength;
pub mod personal_data;
pub mod pictures;
pub mod probe;
pub mod profiles;
pub mod provider_flows;
pub mod rate_limiter;
pub mod recovery_codes;
pub mod refresh_tokens;
pub mod retention;
pub mod roles;
pub mod scripts;
pub mod sealer;
pub mod seals;
pub mod second_factors;
pub mod session_uses;
pub mod sessions;
pub mod shared_standings;
pub mod standings;
pub mod supervised_accounts;
