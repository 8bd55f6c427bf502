//! The table of cases that every implementation of the rotation is held to: this crate's, and the script
//! that Redis runs.

use chrono::{DateTime, TimeDelta, Utc};

use crate::session::rotation::{Decision, Generation, Lifetimes, RotationState};

/// The outcome of a case, without its new state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Rotates to this generation.
    Rotate(i64),
    /// Answers this generation again.
    Replay(i64),
    /// Ends the session.
    Reused,
    /// Over by time.
    Expired,
    /// Ended before.
    Revoked,
}

/// One row of the table. Times are seconds after the sign-in.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// What it shows.
    pub name: &'static str,
    /// The current generation.
    pub generation: i64,
    /// When it was made.
    pub rotated_at: i64,
    /// Whether it was used.
    pub used: bool,
    /// Whether the session was ended.
    pub revoked: bool,
    /// When it is over without a refresh.
    pub idle_expires_at: i64,
    /// When it is over in any case.
    pub absolute_expires_at: i64,
    /// The generation of the presented token.
    pub presented: i64,
    /// When it is presented.
    pub now: i64,
    /// What has to happen.
    pub expected: Expected,
}

const DAY: i64 = 86_400;
const BASE: Case = Case {
    name: "",
    generation: 5,
    rotated_at: 1_000,
    used: true,
    revoked: false,
    idle_expires_at: 1_000 + 30 * DAY,
    absolute_expires_at: 90 * DAY,
    presented: 5,
    now: 2_000,
    expected: Expected::Rotate(6),
};

/// The table.
pub const CASES: &[Case] = &[
    Case {
        name: "the current token rotates",
        ..BASE
    },
    Case {
        name: "the current token rotates whether or not it was used",
        used: false,
        ..BASE
    },
    Case {
        name: "the previous token within the grace gets the same successor",
        presented: 4,
        now: 1_009,
        expected: Expected::Replay(5),
        ..BASE
    },
    Case {
        name: "the grace includes its last second",
        presented: 4,
        now: 1_010,
        expected: Expected::Replay(5),
        ..BASE
    },
    Case {
        name: "the previous token after the grace is a copy once its successor was used",
        presented: 4,
        now: 1_011,
        expected: Expected::Reused,
        ..BASE
    },
    Case {
        name: "the previous token gets the same successor as long as that was never used",
        presented: 4,
        used: false,
        now: 900_000,
        expected: Expected::Replay(5),
        ..BASE
    },
    Case {
        name: "a grandparent is a copy, even within the grace",
        presented: 3,
        now: 1_001,
        expected: Expected::Reused,
        ..BASE
    },
    Case {
        name: "a grandparent is a copy, even if nothing was used",
        presented: 3,
        used: false,
        now: 1_001,
        expected: Expected::Reused,
        ..BASE
    },
    Case {
        name: "the first token of a long session is a copy",
        presented: 1,
        expected: Expected::Reused,
        ..BASE
    },
    Case {
        name: "a token from the future rotates from where it stands",
        presented: 7,
        expected: Expected::Rotate(8),
        ..BASE
    },
    Case {
        name: "a session idle for too long is over",
        now: 1_000 + 30 * DAY,
        expected: Expected::Expired,
        ..BASE
    },
    Case {
        name: "a session lives until its last idle second",
        now: 999 + 30 * DAY,
        ..BASE
    },
    Case {
        name: "a session is over at its absolute end",
        now: 90 * DAY,
        idle_expires_at: 91 * DAY,
        expected: Expected::Expired,
        ..BASE
    },
    Case {
        name: "a copy of an expired session does not ring the alarm",
        presented: 1,
        now: 90 * DAY,
        expected: Expected::Expired,
        ..BASE
    },
    Case {
        name: "an ended session stays ended",
        revoked: true,
        expected: Expected::Revoked,
        ..BASE
    },
    Case {
        name: "an ended session stays ended for copies",
        revoked: true,
        presented: 1,
        expected: Expected::Revoked,
        ..BASE
    },
];

impl Case {
    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    /// The state that the token meets.
    #[must_use]
    pub fn state(&self) -> RotationState {
        RotationState {
            generation: Generation::restore(self.generation),
            rotated_at: Self::at(self.rotated_at),
            used: self.used,
            idle_expires_at: Self::at(self.idle_expires_at),
            absolute_expires_at: Self::at(self.absolute_expires_at),
            revoked: self.revoked,
        }
    }

    /// The generation of the presented token.
    #[must_use]
    pub const fn presented(&self) -> Generation {
        Generation::restore(self.presented)
    }

    /// When it is presented.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        Self::at(self.now)
    }

    /// The lifetimes of the table: the defaults.
    #[must_use]
    pub fn lifetimes(&self) -> Lifetimes {
        Lifetimes::default()
    }

    /// A decision in the words of the table.
    #[must_use]
    pub const fn outcome_of(&self, decision: &Decision) -> Expected {
        match decision {
            Decision::Rotate(state) => Expected::Rotate(state.generation.get()),
            Decision::Replay(state) => Expected::Replay(state.generation.get()),
            Decision::Reused => Expected::Reused,
            Decision::Expired => Expected::Expired,
            Decision::Revoked => Expected::Revoked,
        }
    }
}
