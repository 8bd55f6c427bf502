//! Lists of scripts.

use crate::account::username::UsernameKey;
use crate::id::{ScriptId, UserId};
use crate::page::{Limit, Window};
use crate::script::taxonomy::{Language, Tag};

/// What a list is sorted by; newest first, ties by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum ScriptSort {
    /// By the time a script was made.
    #[default]
    New,
    /// By the time a script changed last.
    Updated,
}

impl ScriptSort {
    /// The name in URLs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Updated => "updated",
        }
    }

    /// The sort of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        [Self::New, Self::Updated]
            .into_iter()
            .find(|sort| sort.name() == name)
    }
}

/// Which scripts a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScriptFilter {
    /// Written in this language.
    pub language: Option<Language>,
    /// With this tag.
    pub tag: Option<Tag>,
    /// One of these.
    pub among: Option<Vec<ScriptId>>,
    /// Owned by the person of this name.
    pub author: Option<UsernameKey>,
}

/// Whose eyes a list is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListScope {
    /// Public, published scripts.
    Public,
    /// Everything of this person that is not deleted, whatever its visibility; for the person and for staff.
    Everything {
        /// Whose scripts.
        owner: UserId,
    },
}

/// One page of one list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptListing {
    /// Whose eyes it is for.
    pub scope: ListScope,
    /// Which scripts.
    pub filter: ScriptFilter,
    /// In which order.
    pub sort: ScriptSort,
    /// Where the page starts.
    pub window: Window,
    /// How many.
    pub limit: Limit,
}
