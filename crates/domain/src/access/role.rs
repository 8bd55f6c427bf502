//! Roles: named sets of permissions that people hold.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::access::permission_name::{PermissionName, PermissionNames};
use crate::revision::Revision;
use crate::text;
use crate::violation::{Unit, Violation};

/// The name of a role: 2 to 48 lower-case letters, digits and underscores, starting with a letter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleName(String);

impl RoleName {
    /// What every account starts with.
    #[must_use]
    pub fn user() -> Self {
        Self("user".to_owned())
    }

    /// The role that holds every permission.
    #[must_use]
    pub fn admin() -> Self {
        Self("admin".to_owned())
    }

    /// The role that keeps the place safe.
    #[must_use]
    pub fn moderator() -> Self {
        Self("moderator".to_owned())
    }

    /// Parses the name of a role.
    ///
    /// # Errors
    /// The rule that the name breaks.
    pub fn parse(input: &str) -> Result<Self, Violation> {
        if input.len() < 2 {
            return Err(Violation::TooShort { min: 2 });
        }
        if input.len() > 48 {
            return Err(Violation::TooLong {
                max: 48,
                unit: Unit::Characters,
            });
        }
        let starts_well = input.starts_with(|c: char| c.is_ascii_lowercase());
        if !starts_well
            || !input
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        {
            return Err(Violation::Malformed(
                "lower-case letters, digits and underscores, starting with a letter",
            ));
        }
        Ok(Self(input.to_owned()))
    }

    /// Whether the platform cannot do without the role: it can neither be deleted nor, in the case of `admin`, hold less than
    /// everything.
    #[must_use]
    pub fn is_built_in(&self) -> bool {
        matches!(self.0.as_str(), "user" | "admin")
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a role or a permission is for, in one line of at most 200 characters; it may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Purpose(String);

impl Purpose {
    /// Parses a description.
    ///
    /// # Errors
    /// The rule that the text breaks.
    pub fn parse(input: &str) -> Result<Self, Violation> {
        text::line(input, 200).map(Self)
    }

    /// A description as storage holds it.
    #[must_use]
    pub const fn restore(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How many there are, counted up to a ceiling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// At least so many.
    pub number: u64,
    /// Whether these are all.
    pub is_exact: bool,
}

impl Counted {
    /// So far anything is counted.
    pub const CEILING: u64 = 10_000;

    /// Reads a count that stopped one after the ceiling.
    #[must_use]
    pub fn restore(count: i64) -> Self {
        let number = u64::try_from(count).unwrap_or_default();
        Self {
            number: number.min(Self::CEILING),
            is_exact: number <= Self::CEILING,
        }
    }
}

/// A role, with what it permits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its name, which stays.
    pub name: RoleName,
    /// What it is for.
    pub purpose: Purpose,
    /// Whether every new account gets it.
    pub is_default: bool,
    /// What it permits.
    pub permissions: PermissionNames,
    /// How many accounts hold it, whatever their state.
    pub holders: Counted,
    /// Counts its changes.
    pub revision: Revision,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

/// A permission, with who gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPermission {
    /// Its name, which stays.
    pub name: PermissionName,
    /// What it permits, in words.
    pub purpose: Purpose,
    /// The roles that give it, sorted.
    pub roles: Vec<RoleName>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_says_whether_it_stopped_at_the_ceiling() {
        let exact = |number, is_exact| Counted { number, is_exact };
        assert_eq!(Counted::restore(3), exact(3, true));
        assert_eq!(Counted::restore(10_000), exact(10_000, true));
        assert_eq!(Counted::restore(10_001), exact(10_000, false));
    }

    #[test]
    fn the_name_of_a_role_is_short_and_plain() {
        for good in ["user", "premium_user", "a1"] {
            assert_eq!(RoleName::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "a", "A1", "1a", "a-b", "a\0", "é1"] {
            assert!(RoleName::parse(bad).is_err(), "{bad:?}");
        }
        assert!(RoleName::user().is_built_in() && RoleName::admin().is_built_in());
        assert!(!RoleName::moderator().is_built_in());
    }
}
