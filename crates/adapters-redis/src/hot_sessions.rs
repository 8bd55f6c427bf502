//! The rotation state of sessions.

use std::sync::LazyLock;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::id::{SessionId, UserId};
use domain::outage::Outage;
use domain::port::hot_sessions::HotSessions;
use domain::session::SessionUse;
use domain::session::rotation::{Decision, Generation, Lifetimes, RotationState};
use redis::Script;

use crate::failure::inconsistent;
use crate::link::Redis;

static ROTATE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/rotate.lua")));

const MARK_USED: &str = include_str!("lua/mark_used.lua");
static MARK_USED_SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(MARK_USED));

/// So many sessions are written in one go.
const BATCH: usize = 500;

/// Hot sessions in Redis, each a hash that expires with its session.
#[derive(Clone)]
pub struct RedisHotSessions(Redis);

impl RedisHotSessions {
    /// Hot sessions behind this link.
    #[must_use]
    pub const fn new(redis: Redis) -> Self {
        Self(redis)
    }
}

/// What `rotate.lua` answers: the decision, and the state after it without its end mark.
type Decided = (String, i64, i64, i64, i64, i64);

#[async_trait]
impl HotSessions for RedisHotSessions {
    async fn rotate(
        &self,
        session: SessionId,
        presented: Generation,
        now: DateTime<Utc>,
        lifetimes: &Lifetimes,
    ) -> Result<Option<Decision>, Outage> {
        let mut call = ROTATE.key(self.0.keys().session(session));
        call.arg(presented.get())
            .arg(now.timestamp_micros())
            .arg(micros(lifetimes.idle))
            .arg(micros(lifetimes.grace));
        let decided: Option<Decided> = self
            .0
            .pooled("rotate", async |mut connection| {
                call.invoke_async(&mut connection).await
            })
            .await?;
        decided.map(decision).transpose()
    }

    async fn put(
        &self,
        session: SessionId,
        user: UserId,
        state: &RotationState,
    ) -> Result<(), Outage> {
        let key = self.0.keys().session(session);
        let fields = [
            ("user", user.to_string()),
            ("generation", state.generation.get().to_string()),
            (
                "rotated_at",
                state.rotated_at.timestamp_micros().to_string(),
            ),
            ("used", u8::from(state.used).to_string()),
            (
                "idle_expires_at",
                state.idle_expires_at.timestamp_micros().to_string(),
            ),
            (
                "absolute_expires_at",
                state.absolute_expires_at.timestamp_micros().to_string(),
            ),
            ("revoked", u8::from(state.revoked).to_string()),
        ];
        // Counted from the rotation, which is never later than now: the copy may outlive the session a little, and then
        // says itself that it has expired.
        let lives = (state.expires_at() - state.rotated_at)
            .num_milliseconds()
            .max(1);
        let mut write = redis::pipe();
        write.atomic().hset_multiple(&key, &fields).ignore();
        write.pexpire(&key, lives).ignore();
        self.0
            .pooled("put_session", async |mut connection| {
                write.exec_async(&mut connection).await
            })
            .await
    }

    async fn mark_used(&self, uses: &[SessionUse]) -> Result<(), Outage> {
        for batch in uses.chunks(BATCH) {
            let mut write = redis::pipe();
            // In a pipeline nobody can answer "no such script" with the script, so it comes along; it is short.
            write.cmd("SCRIPT").arg("LOAD").arg(MARK_USED).ignore();
            for used in batch {
                write
                    .cmd("EVALSHA")
                    .arg(MARK_USED_SCRIPT.get_hash())
                    .arg(1)
                    .arg(self.0.keys().session(used.session))
                    .arg(used.generation.get())
                    .ignore();
            }
            self.0
                .pooled("mark_used", async |mut connection| {
                    write.exec_async(&mut connection).await
                })
                .await?;
        }
        Ok(())
    }

    async fn forget(&self, sessions: &[SessionId]) -> Result<(), Outage> {
        for batch in sessions.chunks(BATCH) {
            let mut write = redis::pipe();
            for session in batch {
                write.del(self.0.keys().session(*session)).ignore();
            }
            self.0
                .pooled("forget_sessions", async |mut connection| {
                    write.exec_async(&mut connection).await
                })
                .await?;
        }
        Ok(())
    }
}

fn decision(decided: Decided) -> Result<Decision, Outage> {
    let (decision, generation, rotated_at, used, idle, absolute) = decided;
    let state = RotationState {
        generation: Generation::restore(generation),
        rotated_at: time(rotated_at)?,
        used: used != 0,
        idle_expires_at: time(idle)?,
        absolute_expires_at: time(absolute)?,
        revoked: false,
    };
    match decision.as_str() {
        "rotate" => Ok(Decision::Rotate(state)),
        "replay" => Ok(Decision::Replay(state)),
        "reused" => Ok(Decision::Reused),
        "expired" => Ok(Decision::Expired),
        "revoked" => Ok(Decision::Revoked),
        other => Err(inconsistent("session:{sid}", format!("decided {other}"))),
    }
}

fn time(micros: i64) -> Result<DateTime<Utc>, Outage> {
    DateTime::from_timestamp_micros(micros)
        .ok_or_else(|| inconsistent("session:{sid}", format!("the time {micros}")))
}

fn micros(length: TimeDelta) -> i64 {
    length.num_microseconds().unwrap_or(i64::MAX)
}
