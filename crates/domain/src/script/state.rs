//! Whom a script is shown to, and what has become of it.

use crate::violation::Violation;

/// Whom the owner shows a script to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Visibility {
    /// Everybody, and in lists.
    Public,
    /// Everybody who has the address; in no list.
    Unlisted,
    /// The owner and staff.
    Private,
    /// The owner and staff; not finished.
    Draft,
}

impl Visibility {
    const ALL: [Self; 4] = [Self::Public, Self::Unlisted, Self::Private, Self::Draft];

    /// The name, as stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Unlisted => "unlisted",
            Self::Private => "private",
            Self::Draft => "draft",
        }
    }

    /// Parses the name of a visibility.
    ///
    /// # Errors
    /// [`Violation::Unknown`].
    pub fn parse(input: &str) -> Result<Self, Violation> {
        Self::ALL
            .into_iter()
            .find(|visibility| visibility.name() == input)
            .ok_or(Violation::Unknown("public, unlisted, private, draft"))
    }

    /// Whether a shared cache may keep what this visibility shows.
    #[must_use]
    pub const fn is_shareable(self) -> bool {
        matches!(self, Self::Public | Self::Unlisted)
    }
}

/// What has become of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScriptStatus {
    /// In use.
    Published,
    /// Hidden until a moderator has looked.
    Quarantined,
    /// Taken down.
    Removed,
    /// Deleted softly by its owner or staff.
    Deleted,
}

impl ScriptStatus {
    const ALL: [Self; 4] = [
        Self::Published,
        Self::Quarantined,
        Self::Removed,
        Self::Deleted,
    ];

    /// The name, as stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Quarantined => "quarantined",
            Self::Removed => "removed",
            Self::Deleted => "deleted",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}
