//! PostgreSQL behind the ports of the domain: diesel on diesel-async, a bb8 pool, and the migrations.

mod accounts;
mod avatars;
mod connect;
mod failure;
mod jobs;
pub mod migrations;
mod one_time_tokens;
mod pg;
mod pool;
mod profiles;
mod records;
mod rows;
mod schema;
mod scripts;
mod second_factors;
mod sessions;
mod sql;
mod standings;
mod statement;

pub use accounts::PgAccounts;
pub use avatars::PgAvatars;
pub use connect::ConnectError;
pub use jobs::PgJobs;
pub use one_time_tokens::PgOneTimeTokens;
pub use pg::Pg;
pub use pool::PoolSettings;
pub use profiles::PgProfiles;
pub use records::PgRecords;
pub use scripts::PgScripts;
pub use second_factors::PgSecondFactors;
pub use sessions::PgSessions;
pub use standings::PgStandings;
