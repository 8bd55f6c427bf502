//! Scripts, versions and contents as rows.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Binary, Integer, Nullable, Text, Timestamptz};
use diesel::{Insertable, QueryableByName};
use domain::access::policy::ScriptAccess;
use domain::account::profile::DisplayName;
use domain::account::username::Username;
use domain::id::{ScriptId, UserId};
use domain::revision::Revision;
use domain::script::content::{PackedContent, Sha256};
use domain::script::entity::{
    OpenedVersion, Owner, Script, ScriptDetail, ScriptSummary, VersionInContext,
};
use domain::script::slug::Slug;
use domain::script::state::{ScriptStatus, Visibility};
use domain::script::taxonomy::{CategorySlug, Language, Licence, Tag, Tags};
use domain::script::version::{Version, VersionLabel, VersionNumber};
use domain::script::wording::{Changelog, Readme, Summary, Title};
use uuid::Uuid;

use super::{signed, unsigned};
use crate::failure::Damage;
use crate::schema::{script_blobs, script_versions, scripts};

/// A script to record.
#[derive(Insertable)]
#[diesel(table_name = scripts, treat_none_as_default_value = false)]
pub(crate) struct NewScriptRow<'a> {
    id: Uuid,
    owner_id: Uuid,
    slug: &'a str,
    title: &'a str,
    summary: &'a str,
    readme: &'a str,
    language: &'a str,
    licence: Option<&'a str>,
    category_id: Option<i32>,
    tag_names: Vec<&'a str>,
    visibility: &'static str,
    status: &'static str,
    latest_version: i32,
    revision: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl<'a> NewScriptRow<'a> {
    pub(crate) fn of(script: &'a Script, category_id: Option<i32>) -> Self {
        Self {
            id: script.id.as_uuid(),
            owner_id: script.owner.as_uuid(),
            slug: script.slug.as_str(),
            title: script.title.as_str(),
            summary: script.summary.as_str(),
            readme: script.readme.as_str(),
            language: script.language.as_str(),
            licence: script.licence.as_ref().map(Licence::as_str),
            category_id,
            tag_names: tag_names(&script.tags),
            visibility: script.visibility.name(),
            status: script.status.name(),
            latest_version: signed(script.latest_version.get()),
            revision: script.revision.get(),
            created_at: script.created_at,
            updated_at: script.updated_at,
        }
    }
}

/// Tags as they are stored, in their order.
pub(crate) fn tag_names(tags: &Tags) -> Vec<&str> {
    tags.as_slice().iter().map(Tag::as_str).collect()
}

/// A version to record.
#[derive(Insertable)]
#[diesel(table_name = script_versions, treat_none_as_default_value = false)]
pub(crate) struct NewVersionRow<'a> {
    script_id: Uuid,
    number: i32,
    label: Option<&'a str>,
    changelog: &'a str,
    sha256: &'a [u8],
    size: i32,
    author_id: Uuid,
    created_at: DateTime<Utc>,
}

impl<'a> From<&'a Version> for NewVersionRow<'a> {
    fn from(version: &'a Version) -> Self {
        Self {
            script_id: version.script.as_uuid(),
            number: signed(version.number.get()),
            label: version.label.as_ref().map(VersionLabel::as_str),
            changelog: version.changelog.as_str(),
            sha256: version.sha256.as_bytes(),
            size: signed(version.size),
            author_id: version.author.as_uuid(),
            created_at: version.created_at,
        }
    }
}

/// A content to store.
#[derive(Insertable)]
#[diesel(table_name = script_blobs, treat_none_as_default_value = false)]
pub(crate) struct NewBlobRow<'a> {
    sha256: &'a [u8],
    size: i32,
    gzip: &'a [u8],
    gzip_sha256: &'a [u8],
}

impl<'a> From<&'a PackedContent> for NewBlobRow<'a> {
    fn from(content: &'a PackedContent) -> Self {
        Self {
            sha256: content.sha256.as_bytes(),
            size: signed(content.size),
            gzip: &content.gzip,
            gzip_sha256: content.gzip_sha256.as_bytes(),
        }
    }
}

/// The columns of [`ListedRow`], of `scripts AS s JOIN users AS u LEFT JOIN categories AS c`.
macro_rules! listed_columns {
    () => {
        "s.id, s.owner_id, u.username, u.display_name, s.slug, s.title, s.summary, s.language, s.licence, \
         s.tag_names, c.slug AS category, s.visibility, s.latest_version, s.created_at, s.updated_at"
    };
}
pub(crate) use listed_columns;

/// What lists and pages have in common.
#[derive(QueryableByName)]
pub(crate) struct ListedRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    owner_id: Uuid,
    #[diesel(sql_type = Text)]
    username: String,
    #[diesel(sql_type = Nullable<Text>)]
    display_name: Option<String>,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    summary: String,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Nullable<Text>)]
    licence: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    tag_names: Vec<String>,
    #[diesel(sql_type = Nullable<Text>)]
    category: Option<String>,
    #[diesel(sql_type = Text)]
    visibility: String,
    #[diesel(sql_type = Integer)]
    latest_version: i32,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
}

impl ListedRow {
    pub(crate) fn into_summary(self) -> Result<ScriptSummary, Damage> {
        Ok(ScriptSummary {
            id: ScriptId::new(self.id),
            slug: Slug::restore(self.slug),
            owner: Owner {
                id: UserId::new(self.owner_id),
                username: Username::restore(self.username),
                display_name: self.display_name.map(DisplayName::restore),
            },
            title: Title::restore(self.title),
            summary: Summary::restore(self.summary),
            language: Language::restore(self.language),
            licence: self.licence.map(Licence::restore),
            tags: Tags::restore(self.tag_names.into_iter().map(Tag::restore).collect()),
            category: self.category.map(CategorySlug::restore),
            visibility: visibility(&self.visibility)?,
            latest_version: number(self.latest_version)?,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// The columns of [`VersionRow`], of `script_versions AS v`.
macro_rules! version_columns {
    () => {
        "v.script_id, v.number, v.label, v.changelog, v.sha256, v.size, v.author_id, \
         v.created_at AS version_created_at, v.yanked_at"
    };
}
pub(crate) use version_columns;

/// A version without its content.
#[derive(QueryableByName)]
pub(crate) struct VersionRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    script_id: Uuid,
    #[diesel(sql_type = Integer)]
    number: i32,
    #[diesel(sql_type = Nullable<Text>)]
    label: Option<String>,
    #[diesel(sql_type = Text)]
    changelog: String,
    #[diesel(sql_type = Binary)]
    sha256: Vec<u8>,
    #[diesel(sql_type = Integer)]
    size: i32,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    author_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    version_created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    yanked_at: Option<DateTime<Utc>>,
}

impl VersionRow {
    pub(crate) fn into_version(self) -> Result<Version, Damage> {
        Ok(Version {
            script: ScriptId::new(self.script_id),
            number: number(self.number)?,
            label: self.label.map(VersionLabel::restore),
            changelog: Changelog::restore(self.changelog),
            sha256: sha256("script_versions.sha256", &self.sha256)?,
            size: unsigned("script_versions.size", self.size)?,
            author: UserId::new(self.author_id),
            created_at: self.version_created_at,
            yanked_at: self.yanked_at,
        })
    }
}

/// The columns of [`PageRow`], of `scripts AS s`.
macro_rules! page_columns {
    () => {
        "s.readme, s.status, s.revision, s.deleted_at"
    };
}
pub(crate) use page_columns;

/// What only the page of a script shows.
#[derive(QueryableByName)]
pub(crate) struct PageRow {
    #[diesel(sql_type = Text)]
    readme: String,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = BigInt)]
    revision: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    deleted_at: Option<DateTime<Utc>>,
}

/// A script with owner and newest version.
#[derive(QueryableByName)]
pub(crate) struct DetailRow {
    #[diesel(embed)]
    listed: ListedRow,
    #[diesel(embed)]
    page: PageRow,
    #[diesel(embed)]
    latest: VersionRow,
}

impl DetailRow {
    pub(crate) fn into_detail(self) -> Result<ScriptDetail, Damage> {
        let (summary, page) = (self.listed.into_summary()?, self.page);
        let script = Script {
            id: summary.id,
            owner: summary.owner.id,
            slug: summary.slug,
            title: summary.title,
            summary: summary.summary,
            readme: Readme::restore(page.readme),
            language: summary.language,
            licence: summary.licence,
            tags: summary.tags,
            category: summary.category,
            visibility: summary.visibility,
            status: status(&page.status)?,
            latest_version: summary.latest_version,
            revision: Revision::restore(page.revision),
            created_at: summary.created_at,
            updated_at: summary.updated_at,
            deleted_at: page.deleted_at,
        };
        Ok(ScriptDetail {
            script,
            owner: summary.owner,
            latest: self.latest.into_version()?,
        })
    }
}

/// The columns of [`ContextRow`] besides those of the version, of `scripts AS s`.
macro_rules! context_columns {
    () => {
        "s.owner_id, s.slug, s.language, s.visibility, s.status"
    };
}
pub(crate) use context_columns;

/// A version and what decides who may read it.
#[derive(QueryableByName)]
pub(crate) struct ContextRow {
    #[diesel(embed)]
    version: VersionRow,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    owner_id: Uuid,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Text)]
    visibility: String,
    #[diesel(sql_type = Text)]
    status: String,
}

impl ContextRow {
    pub(crate) fn into_context(self) -> Result<VersionInContext, Damage> {
        let version = self.version.into_version()?;
        Ok(VersionInContext {
            access: ScriptAccess {
                id: version.script,
                owner: UserId::new(self.owner_id),
                visibility: visibility(&self.visibility)?,
                status: status(&self.status)?,
            },
            slug: Slug::restore(self.slug),
            language: Language::restore(self.language),
            version,
        })
    }
}

/// A version with its content.
#[derive(QueryableByName)]
pub(crate) struct OpenedRow {
    #[diesel(embed)]
    context: ContextRow,
    #[diesel(sql_type = Nullable<Binary>)]
    gzip: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    gzip_sha256: Option<Vec<u8>>,
}

impl OpenedRow {
    pub(crate) fn into_opened(self) -> Result<OpenedVersion, Damage> {
        let context = self.context.into_context()?;
        let packed = match (self.gzip, self.gzip_sha256) {
            (Some(gzip), Some(digest)) => Some(PackedContent {
                sha256: context.version.sha256,
                size: context.version.size,
                gzip,
                gzip_sha256: sha256("script_blobs.gzip_sha256", &digest)?,
            }),
            _ => None,
        };
        Ok(OpenedVersion {
            context,
            content: packed,
        })
    }
}

pub(crate) fn number(stored: i32) -> Result<VersionNumber, Damage> {
    let number = unsigned("script_versions.number", stored)?;
    VersionNumber::new(number)
        .ok_or_else(|| Damage::new("script_versions.number", stored.to_string()))
}

fn visibility(stored: &str) -> Result<Visibility, Damage> {
    Visibility::parse(stored).map_err(|_unknown| Damage::new("scripts.visibility", stored))
}

fn status(stored: &str) -> Result<ScriptStatus, Damage> {
    ScriptStatus::by_name(stored).ok_or_else(|| Damage::new("scripts.status", stored))
}

fn sha256(what: &'static str, stored: &[u8]) -> Result<Sha256, Damage> {
    stored
        .try_into()
        .map(Sha256::new)
        .map_err(|_length| Damage::new(what, format!("{} bytes", stored.len())))
}
