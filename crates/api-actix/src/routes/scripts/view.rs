//! How scripts and versions look in JSON.

use chrono::{DateTime, Utc};
use domain::script::entity::{ScriptDetail, ScriptSummary};
use domain::script::taxonomy::{CategorySlug, Licence, Tags};
use domain::script::version::Version;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::routes::users::view::OwnerView;

/// A script, with its newest version.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "Script")]
pub struct ScriptView {
    /// Its id.
    pub id: Uuid,
    /// Its owner.
    pub owner: OwnerView,
    /// The last part of its readable address `/api/scripts/by/{username}/{slug}`.
    #[schema(example = "word-frequency")]
    pub slug: String,
    /// Its name.
    #[schema(example = "Word frequency")]
    pub title: String,
    /// What it is, in a line.
    #[schema(example = "Counts the words of a text")]
    pub summary: String,
    /// What it is, in full, in Markdown as it was written.
    pub readme: String,
    /// What it is written in.
    #[schema(example = "lua")]
    pub language: String,
    /// Under which terms it is shared: an SPDX expression or a title.
    #[schema(example = "MIT")]
    pub licence: Option<String>,
    /// What it is about.
    #[schema(example = json!(["text", "statistics"]))]
    pub tags: Vec<String>,
    /// Where it is filed.
    pub category: Option<String>,
    /// `public`, `unlisted`, `private` or `draft`.
    #[schema(example = "public")]
    pub visibility: &'static str,
    /// `published`, `quarantined` or `removed`.
    #[schema(example = "published")]
    pub status: &'static str,
    /// Its newest version.
    pub latest_version: VersionView,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it, or its versions, changed last.
    pub updated_at: DateTime<Utc>,
}

impl From<&ScriptDetail> for ScriptView {
    fn from(detail: &ScriptDetail) -> Self {
        let script = &detail.script;
        Self {
            id: script.id.as_uuid(),
            owner: OwnerView::from(&detail.owner),
            slug: script.slug.as_str().to_owned(),
            title: script.title.as_str().to_owned(),
            summary: script.summary.as_str().to_owned(),
            readme: script.readme.as_str().to_owned(),
            language: script.language.as_str().to_owned(),
            licence: licence(script.licence.as_ref()),
            tags: tags(&script.tags),
            category: category(script.category.as_ref()),
            visibility: script.visibility.name(),
            status: script.status.name(),
            latest_version: VersionView::from(&detail.latest),
            created_at: script.created_at,
            updated_at: script.updated_at,
        }
    }
}

/// A script as lists show it: no readme, no content.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "ScriptSummary")]
pub struct ScriptSummaryView {
    /// Its id.
    pub id: Uuid,
    /// Its owner.
    pub owner: OwnerView,
    /// The last part of its readable address.
    #[schema(example = "word-frequency")]
    pub slug: String,
    /// Its name.
    #[schema(example = "Word frequency")]
    pub title: String,
    /// What it is, in a line.
    pub summary: String,
    /// What it is written in.
    #[schema(example = "lua")]
    pub language: String,
    /// Under which terms it is shared.
    pub licence: Option<String>,
    /// What it is about.
    pub tags: Vec<String>,
    /// Where it is filed.
    pub category: Option<String>,
    /// `public`, `unlisted`, `private` or `draft`.
    #[schema(example = "public")]
    pub visibility: &'static str,
    /// The number of its newest version.
    pub latest_version: u32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it, or its versions, changed last.
    pub updated_at: DateTime<Utc>,
}

impl From<&ScriptSummary> for ScriptSummaryView {
    fn from(summary: &ScriptSummary) -> Self {
        Self {
            id: summary.id.as_uuid(),
            owner: OwnerView::from(&summary.owner),
            slug: summary.slug.as_str().to_owned(),
            title: summary.title.as_str().to_owned(),
            summary: summary.summary.as_str().to_owned(),
            language: summary.language.as_str().to_owned(),
            licence: licence(summary.licence.as_ref()),
            tags: tags(&summary.tags),
            category: category(summary.category.as_ref()),
            visibility: summary.visibility.name(),
            latest_version: summary.latest_version.get(),
            created_at: summary.created_at,
            updated_at: summary.updated_at,
        }
    }
}

/// A version, without its content; it never changes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "Version")]
pub struct VersionView {
    /// Its number within the script, from 1.
    #[schema(example = 1)]
    pub number: u32,
    /// Its name.
    #[schema(example = "1.2.0")]
    pub label: Option<String>,
    /// What is new, in Markdown as it was written.
    pub changelog: String,
    /// SHA-256 of its content, hexadecimal.
    pub sha256: String,
    /// Length of its content in bytes.
    #[schema(example = 6917)]
    pub size: u32,
    /// Who published it.
    pub author_id: Uuid,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was withdrawn from use.
    pub yanked_at: Option<DateTime<Utc>>,
    /// Where its content is.
    #[schema(example = "/api/scripts/5f0c…/versions/1/raw")]
    pub raw_url: String,
}

impl From<&Version> for VersionView {
    fn from(version: &Version) -> Self {
        let (script, number) = (version.script.as_uuid(), version.number.get());
        Self {
            number,
            label: version
                .label
                .as_ref()
                .map(|label| label.as_str().to_owned()),
            changelog: version.changelog.as_str().to_owned(),
            sha256: version.sha256.to_string(),
            size: version.size,
            author_id: version.author.as_uuid(),
            created_at: version.created_at,
            yanked_at: version.yanked_at,
            raw_url: format!("/api/scripts/{script}/versions/{number}/raw"),
        }
    }
}

fn licence(licence: Option<&Licence>) -> Option<String> {
    licence.map(|licence| licence.as_str().to_owned())
}

fn category(category: Option<&CategorySlug>) -> Option<String> {
    category.map(|category| category.as_str().to_owned())
}

fn tags(tags: &Tags) -> Vec<String> {
    tags.as_slice()
        .iter()
        .map(|tag| tag.as_str().to_owned())
        .collect()
}
