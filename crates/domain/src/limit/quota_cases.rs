//! The table of cases that every limiter is held to: this crate's, and the script that Redis runs.

use chrono::TimeDelta;

use crate::limit::quota::Quota;

/// One row: acts in milliseconds, and whether each is allowed with how many remaining.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// What it shows.
    pub name: &'static str,
    /// So many acts …
    pub limit: u32,
    /// … in so many seconds.
    pub window_seconds: i64,
    /// When, and what has to happen.
    pub acts: &'static [(i64, (bool, u32))],
}

impl Case {
    /// The quota of the case.
    ///
    /// # Panics
    /// If the table holds a quota that there cannot be.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the table is a constant of this file")]
    pub fn quota(&self) -> Quota {
        Quota::new(self.limit, TimeDelta::seconds(self.window_seconds))
            .expect("a quota of the table is valid")
    }
}

/// The table. A window of 60 seconds has slots of one second.
pub const CASES: &[Case] = &[
    Case {
        name: "exactly the limit passes",
        limit: 2,
        window_seconds: 60,
        acts: &[(0, (true, 1)), (0, (true, 0)), (0, (false, 0))],
    },
    Case {
        name: "a refused act is not counted",
        limit: 1,
        window_seconds: 60,
        acts: &[(0, (true, 0)), (59_000, (false, 0)), (61_000, (true, 0))],
    },
    Case {
        name: "the edge of a window lets no second burst through",
        limit: 2,
        window_seconds: 60,
        acts: &[
            (59_000, (true, 1)),
            (59_999, (true, 0)),
            (60_000, (false, 0)),
            (119_000, (false, 0)),
            (120_000, (true, 1)),
        ],
    },
    Case {
        name: "acts leave one by one as they came",
        limit: 2,
        window_seconds: 60,
        acts: &[
            (0, (true, 1)),
            (30_000, (true, 0)),
            (61_000, (true, 0)),
            (62_000, (false, 0)),
            (91_000, (true, 0)),
        ],
    },
    Case {
        name: "a clock that goes back opens nothing",
        limit: 1,
        window_seconds: 60,
        acts: &[(100_000, (true, 0)), (10_000, (false, 0))],
    },
];
