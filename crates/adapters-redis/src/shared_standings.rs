//! Copies of standings that all nodes share: the rights of a person and the life of a session, apart, since one person
//! has many sessions.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use domain::access::permission::{Permission, PermissionSet};
use domain::access::standing::{AccessEpoch, Rights, Standing};
use domain::account::user::AccountStatus;
use domain::id::{SessionId, UserId};
use domain::outage::Outage;
use domain::port::clock::Clock;
use domain::port::shared_standings::SharedStandings;
use redis::Script;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::link::Redis;

static KEEP_RIGHTS: LazyLock<Script> =
    LazyLock::new(|| Script::new(include_str!("lua/keep_rights.lua")));

/// A copy is used for so long.
const LIVES: Duration = Duration::from_mins(15);

/// A copy that seems to come from the future was made by a node whose clock is ahead; more than this is not believed.
const CLOCK_DIFFERENCE: Duration = Duration::from_mins(1);

/// Shared copies in Redis.
///
/// Each says when it was read, besides expiring: a Redis that was restored from an old snapshot revives nothing.
#[derive(Clone)]
pub struct RedisSharedStandings {
    redis: Redis,
    clock: Arc<dyn Clock>,
}

impl RedisSharedStandings {
    /// Copies behind this link, whose age this clock tells.
    #[must_use]
    pub const fn new(redis: Redis, clock: Arc<dyn Clock>) -> Self {
        Self { redis, clock }
    }
}

#[derive(Serialize, Deserialize)]
struct RightsCopy {
    status: String,
    email_verified: bool,
    permissions: Vec<String>,
    epoch: i64,
    /// In milliseconds.
    read_at: i64,
}

#[derive(Serialize, Deserialize)]
struct LivenessCopy {
    user: Uuid,
    /// In milliseconds.
    read_at: i64,
}

#[async_trait]
impl SharedStandings for RedisSharedStandings {
    async fn find(&self, session: SessionId, user: UserId) -> Result<Option<Standing>, Outage> {
        let keys = self.redis.keys();
        let mut read = redis::pipe();
        read.get(keys.liveness(session)).get(keys.rights(user));
        let (liveness, rights): (Option<String>, Option<String>) = self
            .redis
            .hot("find_standing", async |mut connection| {
                read.query_async(&mut connection).await
            })
            .await?;
        let now = self.clock.now().timestamp_millis();
        let rights = understood::<LivenessCopy>(liveness)
            .filter(|copy| copy.user == user.as_uuid() && is_young(copy.read_at, now))
            .and_then(|_alive| understood::<RightsCopy>(rights))
            .filter(|copy| is_young(copy.read_at, now))
            .and_then(RightsCopy::into_rights);
        Ok(rights.map(|rights| Standing {
            session,
            user,
            rights,
        }))
    }

    async fn put(&self, standing: &Standing) -> Result<(), Outage> {
        let keys = self.redis.keys();
        let read_at = self.clock.now().timestamp_millis();
        let liveness = LivenessCopy {
            user: standing.user.as_uuid(),
            read_at,
        };
        let lives = millis(LIVES);
        let mut keep_liveness = redis::cmd("SET");
        keep_liveness
            .arg(keys.liveness(standing.session))
            .arg(json(&liveness))
            .arg("PX")
            .arg(lives);
        let mut keep_rights = KEEP_RIGHTS.key(keys.rights(standing.user));
        keep_rights
            .arg(json(&RightsCopy::of(&standing.rights, read_at)))
            .arg(standing.rights.epoch.0)
            .arg(lives);
        self.redis
            .hot("put_standing", async |connection| {
                let (mut one, mut other) = (connection.clone(), connection);
                tokio::try_join!(
                    keep_liveness.exec_async(&mut one),
                    keep_rights.invoke_async::<()>(&mut other)
                )?;
                Ok(())
            })
            .await
    }
}

impl RightsCopy {
    fn of(rights: &Rights, read_at: i64) -> Self {
        Self {
            status: rights.status.name().to_owned(),
            email_verified: rights.email_verified,
            permissions: rights
                .permissions
                .iter()
                .map(Permission::name)
                .map(str::to_owned)
                .collect(),
            epoch: rights.epoch.0,
            read_at,
        }
    }

    fn into_rights(self) -> Option<Rights> {
        Some(Rights {
            status: AccountStatus::by_name(&self.status)?,
            email_verified: self.email_verified,
            permissions: PermissionSet::from_names(self.permissions.iter().map(String::as_str)),
            epoch: AccessEpoch(self.epoch),
        })
    }
}

/// A copy that cannot be read is none: the truth is asked, and the copy replaced.
fn understood<T: DeserializeOwned>(json: Option<String>) -> Option<T> {
    serde_json::from_str(&json?)
        .inspect_err(|error| tracing::debug!(%error, "a shared standing cannot be read"))
        .ok()
}

fn json(copy: &impl Serialize) -> String {
    // Text, numbers and lists: nothing in there can fail to become JSON. If it did, no copy would be understood.
    serde_json::to_string(copy).unwrap_or_default()
}

fn is_young(read_at: i64, now: i64) -> bool {
    let age = now.saturating_sub(read_at);
    age <= millis(LIVES) && age >= -millis(CLOCK_DIFFERENCE)
}

fn millis(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}
