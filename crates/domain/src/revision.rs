//! Optimistic concurrency: who changes a thing says which state of it they have seen.

/// Counts the changes of one object; a write that expects an older one is stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(i64);

impl Revision {
    /// The state of an object that was just made.
    pub const FIRST: Self = Self(1);

    /// A revision as storage or an `ETag` gave it.
    #[must_use]
    pub const fn restore(value: i64) -> Self {
        Self(value)
    }

    /// The bare number, for storage and `ETag`s.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The revision after one more change.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}
