//! Names of permissions as data: also those that the code does not check, which other programs may.

use std::collections::BTreeSet;
use std::fmt;

use crate::access::permission::Permission;
use crate::violation::{Unit, Violation};

/// The name of a permission, `resource.action`: two words of lower-case letters, digits and underscores, each starting with a
/// letter; 3 to 64 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PermissionName(String);

impl PermissionName {
    const FORM: Violation =
        Violation::Malformed("resource.action, in lower-case letters, digits and underscores");
    const MOST: usize = 64;

    /// Parses the name of a permission.
    ///
    /// # Errors
    /// The rule that the name breaks.
    pub fn parse(input: &str) -> Result<Self, Violation> {
        if input.is_empty() {
            return Err(Violation::Required);
        }
        if input.len() > Self::MOST {
            return Err(Violation::TooLong {
                max: Self::MOST,
                unit: Unit::Characters,
            });
        }
        let (resource, action) = input.split_once('.').ok_or(Self::FORM)?;
        if is_word(resource) && is_word(action) {
            Ok(Self(input.to_owned()))
        } else {
            Err(Self::FORM)
        }
    }

    /// A name as storage holds it.
    #[must_use]
    pub const fn restore(name: String) -> Self {
        Self(name)
    }

    /// The permission that the code checks under this name, if it checks one.
    #[must_use]
    pub fn known(&self) -> Option<Permission> {
        Permission::by_name(&self.0)
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Permission> for PermissionName {
    fn from(permission: Permission) -> Self {
        Self(permission.name().to_owned())
    }
}

impl fmt::Display for PermissionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_word(text: &str) -> bool {
    let is_part = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.bytes().all(is_part)
}

/// A set of permissions by their names, sorted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PermissionNames(BTreeSet<PermissionName>);

impl PermissionNames {
    /// The most that a request may name, and the most that there can be.
    pub const MOST: usize = 500;

    /// Everything that the code checks.
    #[must_use]
    pub fn known() -> Self {
        Permission::ALL
            .iter()
            .copied()
            .map(PermissionName::from)
            .collect()
    }

    /// Gathers names; one that is there twice counts once.
    ///
    /// # Errors
    /// [`Violation::TooLong`] for more than [`MOST`](Self::MOST).
    pub fn gather(names: Vec<PermissionName>) -> Result<Self, Violation> {
        if names.len() > Self::MOST {
            return Err(Violation::TooLong {
                max: Self::MOST,
                unit: Unit::Items,
            });
        }
        Ok(names.into_iter().collect())
    }

    /// The names of one set that the other does not have.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        self.0.difference(&other.0).cloned().collect()
    }

    /// The names of both sets.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.0.union(&other.0).cloned().collect()
    }

    /// Whether the name is in the set.
    #[must_use]
    pub fn contains(&self, name: &PermissionName) -> bool {
        self.0.contains(name)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The names, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &PermissionName> {
        self.0.iter()
    }

    /// The names as text, sorted.
    #[must_use]
    pub fn to_strings(&self) -> Vec<String> {
        self.0.iter().map(|name| name.0.clone()).collect()
    }
}

impl FromIterator<PermissionName> for PermissionNames {
    fn from_iter<I: IntoIterator<Item = PermissionName>>(names: I) -> Self {
        Self(names.into_iter().collect())
    }
}

impl fmt::Display for PermissionNames {
    /// `a.b, c.d`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_strings().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_is_two_words_with_a_dot_between() {
        for good in ["a.b", "scripts.update_any", "x9.y_9"] {
            assert_eq!(PermissionName::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "a", ".", "a.", ".b", "a.b.c", "A.b", "a b.c", "9a.b", "a.9", "a.b\0", "é.b", "a..b",
        ] {
            assert!(PermissionName::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(PermissionName::parse(""), Err(Violation::Required));
        assert!(PermissionName::parse(&format!("a.{}", "b".repeat(63))).is_err());
    }

    #[test]
    fn every_permission_of_the_code_has_a_name_that_can_be_parsed() {
        for permission in Permission::ALL {
            let name = PermissionName::parse(permission.name()).unwrap();
            assert_eq!(name.known(), Some(*permission));
        }
        assert_eq!(PermissionNames::known().len(), Permission::ALL.len());
        let other = PermissionName::parse("scripts.fly").unwrap();
        assert_eq!(other.known(), None);
    }

    proptest! {
        #[test]
        fn what_is_without_the_other_and_the_other_make_both(
            one in prop::collection::vec("[a-c]\\.[a-c]", 0..6),
            other in prop::collection::vec("[a-c]\\.[a-c]", 0..6),
        ) {
            let set = |names: Vec<String>| -> PermissionNames {
                names.iter().map(|name| PermissionName::parse(name).unwrap()).collect()
            };
            let (one, other) = (set(one), set(other));
            prop_assert_eq!(one.without(&other).and(&other), one.and(&other));
            prop_assert!(one.without(&other).iter().all(|name| !other.contains(name)));
        }
    }
}
