//! Roles: named sets of permissions that people hold.

use std::fmt;

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
