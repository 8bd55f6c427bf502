//! User names: they stand in URLs and in front of everything a person publishes.

use std::fmt;

use crate::violation::{Unit, Violation};

/// A name of 3 to 32 ASCII letters, digits, `-` and `_`, starting and ending with a letter or digit.
///
/// ASCII alone rules out homoglyphs, invisible and direction-changing characters. Names that a route or
/// the platform itself could be mistaken for are reserved. Compared without regard to case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Username {
    typed: String,
    key: UsernameKey,
}

/// The form of a name under which it is unique.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UsernameKey(String);

const SHORTEST: usize = 3;
const LONGEST: usize = 32;

const RESERVED: &[&str] = &[
    "about",
    "account",
    "accounts",
    "admin",
    "administrator",
    "anonymous",
    "api",
    "auth",
    "blog",
    "contact",
    "create",
    "docs",
    "everyone",
    "explore",
    "feed",
    "feeds",
    "health",
    "help",
    "home",
    "legal",
    "login",
    "logout",
    "mail",
    "me",
    "metrics",
    "mod",
    "moderator",
    "new",
    "news",
    "null",
    "official",
    "openapi",
    "owner",
    "postmaster",
    "privacy",
    "register",
    "root",
    "scripthub",
    "scripts",
    "search",
    "security",
    "settings",
    "signin",
    "signup",
    "staff",
    "static",
    "status",
    "support",
    "system",
    "terms",
    "undefined",
    "user",
    "users",
    "webmaster",
    "well-known",
    "www",
];

impl Username {
    /// Parses a name that somebody wants.
    ///
    /// # Errors
    /// The rule that the name breaks.
    pub fn parse(input: &str) -> Result<Self, Violation> {
        let name = Self::parse_reserved(input)?;
        if RESERVED.binary_search(&name.key.as_str()).is_ok() {
            return Err(Violation::Reserved);
        }
        Ok(name)
    }

    /// Like [`parse`](Self::parse), for operators, who may use reserved names.
    ///
    /// # Errors
    /// The rule that the name breaks.
    pub fn parse_reserved(input: &str) -> Result<Self, Violation> {
        if input.is_empty() {
            return Err(Violation::Required);
        }
        let well_formed = input
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && input.starts_with(|c: char| c.is_ascii_alphanumeric())
            && input.ends_with(|c: char| c.is_ascii_alphanumeric());
        if !well_formed {
            return Err(Violation::Malformed(
                "letters a-z, digits, '-' and '_', starting and ending with a letter or digit",
            ));
        }
        if input.len() < SHORTEST {
            return Err(Violation::TooShort { min: SHORTEST });
        }
        if input.len() > LONGEST {
            return Err(Violation::TooLong {
                max: LONGEST,
                unit: Unit::Characters,
            });
        }
        Ok(Self::restore(input.to_owned()))
    }

    /// A name as storage holds it.
    #[must_use]
    pub fn restore(typed: String) -> Self {
        let key = UsernameKey::of(&typed);
        Self { typed, key }
    }

    /// The name as it was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.typed
    }

    /// The form under which it is unique.
    #[must_use]
    pub const fn key(&self) -> &UsernameKey {
        &self.key
    }
}

impl UsernameKey {
    /// The key of a name out of a URL; a name that cannot exist has a key that matches nobody.
    #[must_use]
    pub fn of(name: &str) -> Self {
        Self(name.to_ascii_lowercase())
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.typed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserved_names_are_sorted_so_that_the_search_finds_them() {
        assert!(RESERVED.is_sorted());
    }

    #[test]
    fn look_alikes_reserved_and_hidden_names_are_refused() {
        for bad in [
            "аdmin",
            "admin\u{200b}",
            "ADMIN",
            "me",
            "api",
            ".well-known",
            "../x",
            "x\u{202e}y",
            "-ab",
            "ab-",
            "a b",
            "",
            "ab",
        ] {
            assert!(Username::parse(bad).is_err(), "{bad:?} was accepted");
        }
    }

    #[test]
    fn names_that_differ_only_in_case_share_a_key() {
        assert_eq!(
            Username::parse("Alice").unwrap().key(),
            Username::parse("aLICE").unwrap().key()
        );
    }

    #[test]
    fn an_operator_may_take_a_reserved_name() {
        assert!(Username::parse_reserved("admin").is_ok());
    }
}
