//! Rotation of refresh tokens: a pure state machine (RFC 9700 section 4.14.2).
//!
//! A session counts generations; each refresh moves it to the next one. The token of the current generation
//! rotates. The one before it gets the same successor again while that is harmless: within a short grace
//! (several tabs at once), or as long as the successor was never used (its answer was lost). Anything older
//! can only be a copy, and ends the session.

use chrono::{DateTime, TimeDelta, Utc};

/// Counts the refresh tokens of one session, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(i64);

impl Generation {
    /// The generation that a sign-in starts with.
    pub const FIRST: Self = Self(1);

    /// A generation out of a token or out of storage.
    #[must_use]
    pub const fn restore(value: i64) -> Self {
        Self(value)
    }

    /// The bare number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The successor.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// How long things live, by configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// A session that is not refreshed for so long is over.
    pub idle: TimeDelta,
    /// A session is over after so long, used or not.
    pub absolute: TimeDelta,
    /// For so long after a rotation the previous token gets the same successor.
    pub grace: TimeDelta,
    /// How long an access token works.
    pub access: TimeDelta,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            idle: TimeDelta::days(30),
            absolute: TimeDelta::days(90),
            grace: TimeDelta::seconds(10),
            access: TimeDelta::minutes(10),
        }
    }
}

/// Where the refresh token of one session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotationState {
    /// The generation of the current token.
    pub generation: Generation,
    /// When it was made.
    pub rotated_at: DateTime<Utc>,
    /// Whether an access token of this generation was used: then its owner has received it.
    pub used: bool,
    /// When the session ends if it is not refreshed.
    pub idle_expires_at: DateTime<Utc>,
    /// When it ends in any case.
    pub absolute_expires_at: DateTime<Utc>,
    /// Whether it was ended.
    pub revoked: bool,
}

/// What to do with a presented token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Move on: this is the state of the session from now on.
    Rotate(RotationState),
    /// Answer the successor that exists already; nothing changes.
    Replay(RotationState),
    /// A copy was used: end the session.
    Reused,
    /// The session is over by time.
    Expired,
    /// The session was ended before.
    Revoked,
}

impl RotationState {
    /// The state of a session that begins now.
    #[must_use]
    pub fn begin(now: DateTime<Utc>, lifetimes: &Lifetimes) -> Self {
        let absolute_expires_at = now + lifetimes.absolute;
        Self {
            generation: Generation::FIRST,
            rotated_at: now,
            used: false,
            idle_expires_at: (now + lifetimes.idle).min(absolute_expires_at),
            absolute_expires_at,
            revoked: false,
        }
    }

    /// Decides about the token of generation `presented`, whose authenticity has been checked.
    ///
    /// A generation from the future means that this state is older than a token that we have made: an
    /// unreplicated write was lost. The token is real, so it rotates; the alternative would log people out.
    #[must_use]
    pub fn decide(
        &self,
        presented: Generation,
        now: DateTime<Utc>,
        lifetimes: &Lifetimes,
    ) -> Decision {
        if self.revoked {
            return Decision::Revoked;
        }
        if now >= self.idle_expires_at || now >= self.absolute_expires_at {
            return Decision::Expired;
        }
        if presented >= self.generation {
            return Decision::Rotate(self.advance(presented.next(), now, lifetimes));
        }
        let is_previous = presented.next() == self.generation;
        let in_grace = now - self.rotated_at <= lifetimes.grace;
        if is_previous && (in_grace || !self.used) {
            Decision::Replay(*self)
        } else {
            Decision::Reused
        }
    }

    /// When a refresh token made now stops working.
    #[must_use]
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.idle_expires_at.min(self.absolute_expires_at)
    }

    fn advance(&self, generation: Generation, now: DateTime<Utc>, lifetimes: &Lifetimes) -> Self {
        Self {
            generation,
            rotated_at: now,
            used: false,
            idle_expires_at: (now + lifetimes.idle).min(self.absolute_expires_at),
            absolute_expires_at: self.absolute_expires_at,
            revoked: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::rotation_cases::CASES;
    use proptest::prelude::*;

    #[test]
    fn every_case_of_the_table_is_decided_as_it_says() {
        for case in CASES {
            let decision = case
                .state()
                .decide(case.presented(), case.now(), &case.lifetimes());
            assert_eq!(case.outcome_of(&decision), case.expected, "{}", case.name);
        }
    }

    /// One thing that happens to a session.
    #[derive(Debug, Clone)]
    enum Event {
        /// Somebody presents the token of `generation`.
        Present(i64),
        /// Somebody uses an access token of the current generation.
        Use,
        /// Time passes.
        Wait(i64),
    }

    fn events() -> impl Strategy<Value = Vec<Event>> {
        let event = prop_oneof![
            (1_i64..6).prop_map(Event::Present),
            Just(Event::Use),
            (0_i64..30).prop_map(Event::Wait)
        ];
        prop::collection::vec(event, 1..40)
    }

    proptest! {
        /// Over all interleavings: the tokens handed out are exactly the generations up to the current one, each
        /// refresh hands out the current one, and a copy older than the previous token always ends the session.
        #[test]
        fn at_any_time_one_successor_is_alive_and_a_stale_copy_ends_the_session(events in events()) {
            let lifetimes = Lifetimes::default();
            let mut now = DateTime::UNIX_EPOCH;
            let mut state = RotationState::begin(now, &lifetimes);
            let mut issued = 1_i64;
            for event in events {
                match event {
                    Event::Wait(seconds) => now += TimeDelta::seconds(seconds),
                    Event::Use => state.used = true,
                    Event::Present(wanted) => {
                        let presented = wanted.min(issued);
                        let before = state;
                        match state.decide(Generation::restore(presented), now, &lifetimes) {
                            Decision::Rotate(next) => {
                                prop_assert_eq!(presented, before.generation.get());
                                prop_assert_eq!(next.generation.get(), issued + 1);
                                issued += 1;
                                state = next;
                            }
                            Decision::Replay(same) => {
                                prop_assert_eq!(presented + 1, issued);
                                prop_assert_eq!(same, before);
                                prop_assert!(!before.used || now - before.rotated_at <= lifetimes.grace);
                            }
                            Decision::Reused => {
                                prop_assert!(presented < issued);
                                prop_assert!(presented + 1 < issued || (before.used && now - before.rotated_at > lifetimes.grace));
                                state.revoked = true;
                            }
                            Decision::Revoked => prop_assert!(before.revoked),
                            Decision::Expired => prop_assert!(false, "nothing here waits that long"),
                        }
                    }
                }
            }
        }

        /// However a session is used, it never outlives its absolute end.
        #[test]
        fn no_rotation_moves_an_end_beyond_the_absolute_one(days in prop::collection::vec(0_i64..40, 1..20)) {
            let lifetimes = Lifetimes::default();
            let start = DateTime::UNIX_EPOCH;
            let (mut now, mut state) = (start, RotationState::begin(start, &lifetimes));
            for wait in days {
                now += TimeDelta::days(wait);
                match state.decide(state.generation, now, &lifetimes) {
                    Decision::Rotate(next) => state = next,
                    other => {
                        prop_assert_eq!(other, Decision::Expired);
                        break;
                    }
                }
                prop_assert!(state.expires_at() <= start + lifetimes.absolute);
            }
        }
    }
}
