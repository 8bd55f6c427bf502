//! Redis behind the ports of the domain: hot sessions, shared standings, limits and the push of access changes.
//!
//! Redis is warmth, never truth. Every command ends within the time-out of the settings; when Redis is away, a breaker
//! answers at once, and whoever asked goes on with PostgreSQL or with what the node knows by itself.

mod announcements;
mod breaker;
mod change_message;
mod failure;
mod hot_sessions;
mod keys;
mod line;
mod link;
mod pool;
mod push;
mod rate_limiter;
mod settings;
mod shared_standings;

pub use announcements::RedisAnnouncements;
pub use hot_sessions::RedisHotSessions;
pub use link::Redis;
pub use push::{PushEvent, RedisPush};
pub use rate_limiter::RedisRateLimiter;
pub use settings::{RedisSettings, RedisUrlError};
pub use shared_standings::RedisSharedStandings;
