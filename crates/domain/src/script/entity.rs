//! A script and the views of it.

use chrono::{DateTime, TimeDelta, Utc};

use crate::access::policy::ScriptAccess;
use crate::account::profile::DisplayName;
use crate::account::username::Username;
use crate::id::{ScriptId, UserId};
use crate::revision::Revision;
use crate::script::content::PackedContent;
use crate::script::slug::Slug;
use crate::script::state::{ScriptStatus, Visibility};
use crate::script::taxonomy::{CategorySlug, Language, Licence, Tags};
use crate::script::version::{Version, VersionNumber};
use crate::script::wording::{Readme, Summary, Title};

/// For so long after its deletion a script can be restored.
pub const RESTORE_WINDOW: TimeDelta = TimeDelta::days(7);

/// A script, without its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its id.
    pub id: ScriptId,
    /// Whose it is.
    pub owner: UserId,
    /// The last part of its readable address.
    pub slug: Slug,
    /// Its name.
    pub title: Title,
    /// What it is, in a line.
    pub summary: Summary,
    /// What it is, in full.
    pub readme: Readme,
    /// What it is written in.
    pub language: Language,
    /// Under which terms it is shared.
    pub licence: Option<Licence>,
    /// What it is about.
    pub tags: Tags,
    /// Where it is filed.
    pub category: Option<CategorySlug>,
    /// Whom it is shown to.
    pub visibility: Visibility,
    /// What has become of it.
    pub status: ScriptStatus,
    /// The number of its newest version.
    pub latest_version: VersionNumber,
    /// Counts the changes.
    pub revision: Revision,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it, or its versions, changed last.
    pub updated_at: DateTime<Utc>,
    /// When it was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
}

impl Script {
    /// What decides who may see and touch it.
    #[must_use]
    pub const fn access(&self) -> ScriptAccess {
        ScriptAccess {
            id: self.id,
            owner: self.owner,
            visibility: self.visibility,
            status: self.status,
        }
    }
}

/// The owner, as shown beside a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The person.
    pub id: UserId,
    /// The name in URLs.
    pub username: Username,
    /// The name in front of people, when it is another one.
    pub display_name: Option<DisplayName>,
}

/// A script as its own page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptDetail {
    /// The script.
    pub script: Script,
    /// Its owner.
    pub owner: Owner,
    /// Its newest version.
    pub latest: Version,
}

/// A script as lists show it: no readme, no content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptSummary {
    /// Its id.
    pub id: ScriptId,
    /// The last part of its readable address.
    pub slug: Slug,
    /// Its owner.
    pub owner: Owner,
    /// Its name.
    pub title: Title,
    /// What it is, in a line.
    pub summary: Summary,
    /// What it is written in.
    pub language: Language,
    /// Under which terms it is shared.
    pub licence: Option<Licence>,
    /// What it is about.
    pub tags: Tags,
    /// Where it is filed.
    pub category: Option<CategorySlug>,
    /// Whom it is shown to.
    pub visibility: Visibility,
    /// The number of its newest version.
    pub latest_version: VersionNumber,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it, or its versions, changed last.
    pub updated_at: DateTime<Utc>,
}

/// A version and what decides who may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionInContext {
    /// Who may see and touch its script.
    pub access: ScriptAccess,
    /// The readable name of the script, for file names.
    pub slug: Slug,
    /// The language of the script, for file names.
    pub language: Language,
    /// The version.
    pub version: Version,
}

/// A version with its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedVersion {
    /// The version and its context.
    pub context: VersionInContext,
    /// Its content; `None` once it was erased.
    pub content: Option<PackedContent>,
}
