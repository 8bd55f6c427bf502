//! Counting acts across all nodes.

#[cfg(test)]
mod tests;

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use chrono::TimeDelta;
use domain::limit::quota::{LimitedAct, Verdict};
use domain::limit::sliding_window::{SLOTS, slot_millis};
use domain::outage::Outage;
use domain::port::rate_limiter::RateLimiter;
use redis::Script;

use crate::link::Redis;

static ADMIT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/admit.lua")));

/// Counts in Redis, by its clock; while Redis is away, the fallback counts.
pub struct RedisRateLimiter {
    redis: Redis,
    fallback: Arc<dyn RateLimiter>,
}

impl RedisRateLimiter {
    /// A limiter behind this link, and the one that stands in for it.
    #[must_use]
    pub const fn new(redis: Redis, fallback: Arc<dyn RateLimiter>) -> Self {
        Self { redis, fallback }
    }

    /// One call, one key, one step: no two acts are counted at the same time.
    async fn count(&self, act: &LimitedAct, at: Option<i64>) -> Result<Verdict, Outage> {
        let mut call = ADMIT.key(self.redis.keys().limit(act.class, &act.subject));
        call.arg(act.quota.limit())
            .arg(slot_millis(act.quota))
            .arg(SLOTS)
            .arg(at.map_or_else(String::new, |at| at.to_string()));
        let (allowed, remaining, reset_after): (bool, u32, i64) = self
            .redis
            .hot("admit", async |mut connection| {
                call.invoke_async(&mut connection).await
            })
            .await?;
        Ok(Verdict {
            allowed,
            remaining,
            reset_after: TimeDelta::milliseconds(reset_after),
        })
    }
}

#[async_trait]
impl RateLimiter for RedisRateLimiter {
    async fn admit(&self, act: &LimitedAct) -> Verdict {
        match self.count(act, None).await {
            Ok(verdict) => verdict,
            Err(outage) => {
                tracing::debug!(error = %outage, "an act is counted by this node alone");
                let class = act.class.name();
                metrics::counter!("rate_limit_fallback_total", "class" => class).increment(1);
                self.fallback.admit(act).await
            }
        }
    }
}
