//! Publishing a new script.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::access::proof::{CreateScripts, Permitted};
use domain::audit::{AuditAction, AuditEntry, Facts, Subject};
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::accounts::Accounts;
use domain::port::clock::Clock;
use domain::port::content_packer::ContentPacker;
use domain::port::idempotent_replies::IdempotentReplies;
use domain::port::ids::Ids;
use domain::port::scripts::Scripts;
use domain::revision::Revision;
use domain::script::content::{PackedContent, SourceText};
use domain::script::entity::{Owner, Script, ScriptDetail};
use domain::script::publication::{Publication, PublishConflict};
use domain::script::slug::Slug;
use domain::script::state::{ScriptStatus, Visibility};
use domain::script::taxonomy::{CategorySlug, Language, Licence, Tags};
use domain::script::version::{Version, VersionLabel, VersionNumber};
use domain::script::wording::{Changelog, Readme, Summary, Title};
use domain::violation::Violation;

use crate::idempotency::{Done, KeyConflict, KeyError, Keyed};

/// Makes a script with its first version.
pub struct PublishScript {
    /// Records scripts.
    pub scripts: Arc<dyn Scripts>,
    /// Knows the author's names.
    pub accounts: Arc<dyn Accounts>,
    /// Knows what keyed requests were answered.
    pub replies: Arc<dyn IdempotentReplies>,
    /// Digests and compresses.
    pub packer: Arc<dyn ContentPacker>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// A script that somebody wants to publish.
#[derive(Debug)]
pub struct NewScript {
    /// The last part of its readable address; suggested by the title when nobody says.
    pub slug: Option<Slug>,
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
    /// The name of the first version.
    pub label: Option<VersionLabel>,
    /// What is new in it.
    pub changelog: Changelog,
    /// The text; how long it may be depends on who publishes it.
    pub content: String,
}

/// Why a script was not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The author acts through an API key that is kept to certain scripts, and a new one is none of them.
    #[error("the API key is kept to certain scripts")]
    KeyRestricted,
    /// The content breaks a rule.
    #[error("the content {0}")]
    Content(Violation),
    /// The author has another script of the slug they asked for.
    #[error("the slug is taken")]
    SlugTaken,
    /// There is no such category.
    #[error("there is no such category")]
    UnknownCategory,
    /// The author's account was deleted a moment ago.
    #[error("the author's account is gone")]
    AuthorGone,
    /// The idempotency key stands in the way.
    #[error(transparent)]
    Key(#[from] KeyConflict),
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl From<KeyError> for PublishError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Conflict(conflict) => Self::Key(conflict),
            KeyError::Outage(outage) => Self::Outage(outage),
        }
    }
}

impl PublishScript {
    /// Publishes the script, or answers what the same keyed request was answered before.
    ///
    /// A slug that nobody asked for never stands in the way: when the suggested one is taken, the script gets a unique
    /// variant of it.
    ///
    /// # Errors
    /// See [`PublishError`].
    pub async fn run(
        &self,
        by: Permitted<CreateScripts>,
        command: NewScript,
        keyed: Option<Keyed<'_, ScriptDetail>>,
    ) -> Result<Done<ScriptDetail>, PublishError> {
        if by.actor().carrier().kept_to().is_some() {
            return Err(PublishError::KeyRestricted);
        }
        if let Some(keyed) = &keyed
            && let Some(reply) = keyed.answered_before(&*self.replies).await?
        {
            return Ok(Done::Before(reply));
        }
        let slug_was_given = command.slug.is_some();
        let (mut detail, mut content) = self.draft(&by, command).await?;
        loop {
            let publication = self.publication(&by, &detail, content, keyed.as_ref());
            let conflict = match self.scripts.publish(&publication).await {
                Ok(()) => return Ok(Done::Now(detail)),
                Err(StoreError::Outage(outage)) => return Err(outage.into()),
                Err(StoreError::Conflict(conflict)) => conflict,
            };
            match (conflict, &keyed) {
                (PublishConflict::Repeated(repeated), Some(keyed)) => {
                    let reply = keyed.repeated(repeated, &*self.replies).await?;
                    return Ok(Done::Before(reply));
                }
                (PublishConflict::Repeated(_), None) => return Err(KeyConflict::InProgress.into()),
                (PublishConflict::UnknownCategory, _) => return Err(PublishError::UnknownCategory),
                (PublishConflict::SlugTaken, _) => {
                    let unique = detail.script.slug.made_unique_by(detail.script.id);
                    if slug_was_given || unique == detail.script.slug {
                        return Err(PublishError::SlugTaken);
                    }
                    detail.script.slug = unique;
                    content = publication.content;
                }
            }
        }
    }

    async fn draft(
        &self,
        by: &Permitted<CreateScripts>,
        command: NewScript,
    ) -> Result<(ScriptDetail, PackedContent), PublishError> {
        let author = by.actor().user();
        let text = SourceText::parse(command.content, super::content_limit(by.actor()))
            .map_err(PublishError::Content)?;
        let content = self.packer.pack(text).await?;
        let account = self
            .accounts
            .find(author)
            .await?
            .ok_or(PublishError::AuthorGone)?;
        let now = self.clock.now();
        let script = Script {
            id: self.ids.script(),
            owner: author,
            slug: command
                .slug
                .unwrap_or_else(|| Slug::suggested_by(command.title.as_str())),
            title: command.title,
            summary: command.summary,
            readme: command.readme,
            language: command.language,
            licence: command.licence,
            tags: command.tags,
            category: command.category,
            visibility: command.visibility,
            status: ScriptStatus::Published,
            latest_version: VersionNumber::FIRST,
            revision: Revision::FIRST,
            created_at: now,
            updated_at: now,
            deleted_at: None,
        };
        let latest = Version {
            script: script.id,
            number: VersionNumber::FIRST,
            label: command.label,
            changelog: command.changelog,
            sha256: content.sha256,
            size: content.size,
            author,
            created_at: now,
            yanked_at: None,
        };
        let owner = Owner {
            id: author,
            username: account.user.username,
            display_name: account.user.display_name,
        };
        let detail = ScriptDetail {
            script,
            owner,
            latest,
        };
        Ok((detail, content))
    }

    fn publication(
        &self,
        by: &Permitted<CreateScripts>,
        detail: &ScriptDetail,
        content: PackedContent,
        keyed: Option<&Keyed<'_, ScriptDetail>>,
    ) -> Publication {
        let now: DateTime<Utc> = detail.script.created_at;
        let after = Facts::none()
            .with("slug", detail.script.slug.as_str())
            .with("visibility", detail.script.visibility.name())
            .with("sha256", content.sha256.to_string().as_str());
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            by.actor().party(),
            AuditAction::CreateScript,
            Subject::Script(detail.script.id),
            by.actor().origin(),
        )
        .with_change(Facts::none(), after);
        Publication {
            script: detail.script.clone(),
            version: detail.latest.clone(),
            content,
            idempotency: keyed.map(|keyed| keyed.record(detail, now)),
            journal: Journal::new(entry),
        }
    }
}

#[cfg(test)]
mod tests;
