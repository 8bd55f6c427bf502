//! API keys: how far one reaches, and through what an actor acts.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::access::permission::{Permission, PermissionSet};
use crate::access::standing::Rights;
use crate::id::{ApiKeyId, ScriptId, SessionId, UserId};
use crate::violation::{Unit, Violation};

/// A key is kept to so many scripts at most.
pub const MAX_SCRIPTS_PER_KEY: usize = 50;

/// What a key may be used for. A scope takes away, and never gives: the person needs the permission as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyScope {
    /// Reading scripts, one's own private ones included.
    Read,
    /// Publishing, changing and deleting scripts, and reading them.
    Write,
}

impl KeyScope {
    /// Every scope.
    pub const ALL: &'static [Self] = &[Self::Read, Self::Write];

    /// The name, as stored and in the contract.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "scripts:read",
            Self::Write => "scripts:write",
        }
    }

    /// The scope of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|scope| scope.name() == name)
    }

    /// Parses the name of a scope.
    ///
    /// # Errors
    /// [`Violation::Unknown`] if there is no such scope.
    pub fn parse(name: &str) -> Result<Self, Violation> {
        Self::by_name(name).ok_or(Violation::Unknown("scripts:read, scripts:write"))
    }

    /// Every permission that a key of this scope reaches. What stands nowhere here is never had by a key: a new permission is out
    /// of reach until somebody writes it down.
    #[must_use]
    pub const fn reach(self) -> PermissionSet {
        let reading = PermissionSet::EMPTY
            .with(Permission::ScriptsRead)
            .with(Permission::ApiAdvanced);
        match self {
            Self::Read => reading,
            Self::Write => reading
                .with(Permission::ScriptsCreate)
                .with(Permission::ScriptsUpdate)
                .with(Permission::ScriptsUpdateAny)
                .with(Permission::ScriptsDelete)
                .with(Permission::ScriptsDeleteAny),
        }
    }
}

/// The scopes of a key: at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyScopes {
    read: bool,
    write: bool,
}

impl KeyScopes {
    /// These scopes; naming one twice is naming it once.
    ///
    /// # Errors
    /// [`Violation::Required`] if there is none.
    pub fn collect(scopes: impl IntoIterator<Item = KeyScope>) -> Result<Self, Violation> {
        let mut named = Self {
            read: false,
            write: false,
        };
        for scope in scopes {
            match scope {
                KeyScope::Read => named.read = true,
                KeyScope::Write => named.write = true,
            }
        }
        if named.read || named.write {
            Ok(named)
        } else {
            Err(Violation::Required)
        }
    }

    /// The scopes, in the order of their declaration.
    pub fn iter(self) -> impl Iterator<Item = KeyScope> {
        let read = self.read.then_some(KeyScope::Read);
        read.into_iter()
            .chain(self.write.then_some(KeyScope::Write))
    }
}

/// How far a key reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyReach {
    scopes: KeyScopes,
    /// `None`: every script that its person reaches.
    scripts: Option<Arc<[ScriptId]>>,
}

impl KeyReach {
    /// The reach of these scopes; with a list, kept to the scripts on it.
    ///
    /// # Errors
    /// [`Violation::Required`] for an empty list, [`Violation::TooLong`] beyond [`MAX_SCRIPTS_PER_KEY`].
    pub fn new(scopes: KeyScopes, scripts: Option<Vec<ScriptId>>) -> Result<Self, Violation> {
        match scripts.as_ref().map(Vec::len) {
            Some(0) => Err(Violation::Required),
            Some(n) if n > MAX_SCRIPTS_PER_KEY => Err(Violation::TooLong {
                max: MAX_SCRIPTS_PER_KEY,
                unit: Unit::Items,
            }),
            _ => Ok(Self::restore(scopes, scripts)),
        }
    }

    /// A reach as storage holds it.
    #[must_use]
    pub fn restore(scopes: KeyScopes, scripts: Option<Vec<ScriptId>>) -> Self {
        let scripts = scripts.map(|mut scripts| {
            scripts.sort_unstable();
            scripts.dedup();
            scripts.into()
        });
        Self { scopes, scripts }
    }

    /// What it may be used for.
    #[must_use]
    pub const fn scopes(&self) -> KeyScopes {
        self.scopes
    }

    /// The scripts that it is kept to, where it is.
    #[must_use]
    pub fn scripts(&self) -> Option<&[ScriptId]> {
        self.scripts.as_deref()
    }

    fn permissions(&self) -> PermissionSet {
        self.scopes
            .iter()
            .flat_map(|scope| scope.reach().iter())
            .collect()
    }
}

/// Through what somebody acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carrier {
    /// A session, which reaches everything of its person.
    Session {
        /// Which.
        id: SessionId,
        /// When its person last proved who they are.
        authenticated_at: DateTime<Utc>,
    },
    /// An API key.
    Key {
        /// Which.
        id: ApiKeyId,
        /// How far it reaches.
        reach: KeyReach,
    },
}

impl Carrier {
    /// What of these permissions is left through this carrier.
    #[must_use]
    pub fn within(&self, permissions: PermissionSet) -> PermissionSet {
        match self {
            Self::Session { .. } => permissions,
            Self::Key { reach, .. } => permissions.and(reach.permissions()),
        }
    }

    /// Whether the carrier reaches this script, as far as it is the person's to reach.
    #[must_use]
    pub fn reaches(&self, script: ScriptId) -> bool {
        self.kept_to()
            .is_none_or(|scripts| scripts.contains(&script))
    }

    /// The scripts that it is kept to, where it is.
    #[must_use]
    pub fn kept_to(&self) -> Option<&[ScriptId]> {
        match self {
            Self::Session { .. } => None,
            Self::Key { reach, .. } => reach.scripts(),
        }
    }

    /// The key, where it is one.
    #[must_use]
    pub const fn key(&self) -> Option<ApiKeyId> {
        match self {
            Self::Session { .. } => None,
            Self::Key { id, .. } => Some(*id),
        }
    }
}

/// A living API key, how far it reaches, and the rights of its person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyStanding {
    /// The key.
    pub key: ApiKeyId,
    /// Whose it is.
    pub user: UserId,
    /// How far it reaches.
    pub reach: KeyReach,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it was last used, within a minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// What its person may do.
    pub rights: Rights,
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_key_reaches_nothing_but_scripts() {
        let both = KeyScopes::collect(KeyScope::ALL.iter().copied()).unwrap();
        let reached = KeyReach::restore(both, None).permissions();
        let names: Vec<_> = reached.iter().map(Permission::name).collect();
        let expected = [
            "scripts.read",
            "scripts.create",
            "scripts.update",
            "scripts.delete",
            "scripts.update_any",
            "scripts.delete_any",
            "api.advanced",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn a_key_has_a_scope_and_a_list_has_a_script() {
        assert_eq!(KeyScopes::collect([]), Err(Violation::Required));
        let read = KeyScopes::collect([KeyScope::Read, KeyScope::Read]).unwrap();
        assert_eq!(read.iter().collect::<Vec<_>>(), [KeyScope::Read]);
        assert_eq!(KeyReach::new(read, Some(vec![])), Err(Violation::Required));
        let scripts = (0..51_u128).map(|n| ScriptId::new(Uuid::from_u128(n)));
        assert!(KeyReach::new(read, Some(scripts.clone().take(50).collect())).is_ok());
        assert!(KeyReach::new(read, Some(scripts.collect())).is_err());
    }

    #[test]
    fn every_scope_is_found_by_its_name() {
        for scope in KeyScope::ALL {
            assert_eq!(KeyScope::parse(scope.name()), Ok(*scope));
        }
        assert!(KeyScope::parse("scripts:fly").is_err());
    }
}
