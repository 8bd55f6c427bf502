//! Writes that concern scripts.

use chrono::{DateTime, Utc};

use crate::id::ScriptId;
use crate::idempotency::{IdempotencyConflict, IdempotencyRecord};
use crate::journal::Journal;
use crate::revision::Revision;
use crate::script::content::PackedContent;
use crate::script::entity::Script;
use crate::script::slug::Slug;
use crate::script::state::Visibility;
use crate::script::taxonomy::{CategorySlug, Language, Licence, Tags};
use crate::script::version::{Version, VersionNumber};
use crate::script::wording::{Readme, Summary, Title};

/// A new script with its first version: all of it lands, or none of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The script.
    pub script: Script,
    /// Its first version.
    pub version: Version,
    /// The content of the version.
    pub content: PackedContent,
    /// The answer to store for repetitions.
    pub idempotency: Option<IdempotencyRecord>,
    /// The audit trail.
    pub journal: Journal,
}

/// Why a script could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishConflict {
    /// The owner has another script of that slug.
    SlugTaken,
    /// There is no such category.
    UnknownCategory,
    /// The request is, or was, done already.
    Repeated(IdempotencyConflict),
}

/// A change of what describes a script: what is `None` stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScriptPatch {
    /// Another slug.
    pub slug: Option<Slug>,
    /// Another name.
    pub title: Option<Title>,
    /// Another line about it.
    pub summary: Option<Summary>,
    /// Another description.
    pub readme: Option<Readme>,
    /// Another language.
    pub language: Option<Language>,
    /// Another licence, or (`Some(None)`) none.
    pub licence: Option<Option<Licence>>,
    /// Other tags.
    pub tags: Option<Tags>,
    /// Another category, or (`Some(None)`) none.
    pub category: Option<Option<CategorySlug>>,
    /// Another visibility.
    pub visibility: Option<Visibility>,
}

/// One change of a script, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amendment {
    /// Which script.
    pub script: ScriptId,
    /// The state that the change was made for.
    pub expected: Revision,
    /// What changes.
    pub patch: ScriptPatch,
    /// When.
    pub at: DateTime<Utc>,
    /// The audit trail.
    pub journal: Journal,
}

/// Why a script could not be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmendConflict {
    /// Somebody changed it in between, or it is gone.
    Stale,
    /// The owner has another script of that slug.
    SlugTaken,
    /// There is no such category.
    UnknownCategory,
}

/// A further version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionAddition {
    /// The version; its number follows the newest one that was seen.
    pub version: Version,
    /// Its content.
    pub content: PackedContent,
    /// The newest version that was seen; another one in between is a conflict.
    pub after: VersionNumber,
    /// The answer to store for repetitions.
    pub idempotency: Option<IdempotencyRecord>,
    /// The audit trail.
    pub journal: Journal,
}

/// Why a version could not be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionConflict {
    /// Another version was added in between, or the script is gone.
    Stale,
    /// Another version of the script has that label.
    LabelTaken,
    /// The request is, or was, done already.
    Repeated(IdempotencyConflict),
}

/// A soft deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// Which script.
    pub script: ScriptId,
    /// The state that was seen; `None` deletes whatever is there.
    pub expected: Option<Revision>,
    /// When.
    pub at: DateTime<Utc>,
    /// The audit trail.
    pub journal: Journal,
}

/// Bringing a softly deleted script back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restoration {
    /// Which script.
    pub script: ScriptId,
    /// Only if it was deleted after this.
    pub deleted_after: DateTime<Utc>,
    /// When.
    pub at: DateTime<Utc>,
    /// The audit trail.
    pub journal: Journal,
}

/// The script is not in the state that the write expects: changed, deleted, not deleted, or gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaleScript;
