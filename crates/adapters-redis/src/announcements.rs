//! Telling every node at once that something about access changed.

use std::sync::Arc;

use async_trait::async_trait;
use domain::access::standing::AccessChange;
use domain::outage::Outage;
use domain::port::announcements::Announcements;

use crate::change_message;
use crate::failure::inconsistent;
use crate::link::Redis;

/// Drops the shared copies and tells the other nodes through Redis.
pub struct RedisAnnouncements {
    redis: Redis,
    local: Arc<dyn Announcements>,
}

impl RedisAnnouncements {
    /// Announcements behind this link; `local` tells this node, first and whatever becomes of Redis.
    #[must_use]
    pub const fn new(redis: Redis, local: Arc<dyn Announcements>) -> Self {
        Self { redis, local }
    }

    async fn tell(&self, changes: &[AccessChange]) -> Result<(), Outage> {
        let keys = self.redis.keys();
        let message = change_message::write(changes)
            .map_err(|error| inconsistent("access", error.to_string()))?;
        let mut write = redis::pipe();
        for change in changes {
            match *change {
                AccessChange::User { user, .. } => {
                    write.del(keys.rights(user)).ignore();
                }
                AccessChange::SessionEnded(session) => {
                    write.del(keys.liveness(session)).ignore();
                    write.del(keys.session(session)).ignore();
                }
                // Whose copies these are is not known; every node holds the epoch against them.
                AccessChange::Everybody { .. } => {}
            }
        }
        write.publish(keys.access(), message).ignore();
        self.redis
            .pooled("announce", async |mut connection| {
                write.exec_async(&mut connection).await
            })
            .await
    }
}

#[async_trait]
impl Announcements for RedisAnnouncements {
    async fn announce(&self, changes: &[AccessChange]) {
        self.local.announce(changes).await;
        if changes.is_empty() {
            return;
        }
        if let Err(outage) = self.tell(changes).await {
            tracing::warn!(error = %outage, "other nodes have to learn of a change from the feed");
            metrics::counter!("announcement_failures_total").increment(1);
        }
    }
}
