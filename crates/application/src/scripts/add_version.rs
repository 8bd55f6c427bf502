//! Publishing a further version of a script.

use std::sync::Arc;

use domain::access::actor::{Actor, Viewer};
use domain::access::policy::{may_see_script, may_update_script};
use domain::access::proof::{CreateScripts, Permitted};
use domain::audit::{AuditAction, AuditEntry, FactValue, Facts, Subject};
use domain::id::ScriptId;
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::clock::Clock;
use domain::port::content_packer::ContentPacker;
use domain::port::idempotent_replies::IdempotentReplies;
use domain::port::ids::Ids;
use domain::port::scripts::Scripts;
use domain::script::content::{PackedContent, SourceText};
use domain::script::entity::ScriptDetail;
use domain::script::publication::{VersionAddition, VersionConflict};
use domain::script::version::{Version, VersionLabel};
use domain::script::wording::Changelog;
use domain::violation::Violation;

use crate::idempotency::{Done, KeyConflict, KeyError, Keyed};

/// Two who add a version at once each get one; more than so many at once and the last are asked to come back.
const TRIES: u32 = 4;

/// Adds versions.
pub struct AddVersion {
    /// Knows scripts and records versions.
    pub scripts: Arc<dyn Scripts>,
    /// Knows what keyed requests were answered.
    pub replies: Arc<dyn IdempotentReplies>,
    /// Digests and compresses.
    pub packer: Arc<dyn ContentPacker>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// A version that somebody wants to publish.
#[derive(Debug)]
pub struct NewVersion {
    /// Its name.
    pub label: Option<VersionLabel>,
    /// What is new.
    pub changelog: Changelog,
    /// The text; how long it may be depends on who publishes it.
    pub content: String,
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Added {
    /// A new version.
    New(Version),
    /// The newest version has this content already; nothing was added.
    Unchanged(Version),
}

/// Why no version was added.
#[derive(Debug, thiserror::Error)]
pub enum AddVersionError {
    /// The script does not exist for the actor.
    #[error("there is no such script")]
    NotFound,
    /// The script belongs to somebody else.
    #[error("the script belongs to somebody else")]
    NotYours,
    /// The content breaks a rule.
    #[error("the content {0}")]
    Content(Violation),
    /// Another version of the script has that label.
    #[error("the label is taken")]
    LabelTaken,
    /// Too many versions are being added at once.
    #[error("other versions are being added at this moment")]
    Contended,
    /// The idempotency key stands in the way.
    #[error(transparent)]
    Key(#[from] KeyConflict),
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl From<KeyError> for AddVersionError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Conflict(conflict) => Self::Key(conflict),
            KeyError::Outage(outage) => Self::Outage(outage),
        }
    }
}

impl AddVersion {
    /// Adds the version, or answers what the same keyed request was answered before.
    ///
    /// # Errors
    /// See [`AddVersionError`].
    pub async fn run(
        &self,
        by: Permitted<CreateScripts>,
        id: ScriptId,
        command: NewVersion,
        keyed: Option<Keyed<'_, Version>>,
    ) -> Result<Done<Added>, AddVersionError> {
        // An API key that is kept to other scripts is not told what was answered about this one.
        let reaches_it = by.actor().carrier().reaches(id);
        if let Some(keyed) = keyed.as_ref().filter(|_| reaches_it)
            && let Some(reply) = keyed.answered_before(&*self.replies).await?
        {
            return Ok(Done::Before(reply));
        }
        let actor = by.actor();
        let mut script = self.own_script(actor, id).await?;
        let text = SourceText::parse(command.content, super::content_limit(actor))
            .map_err(AddVersionError::Content)?;
        let mut content = self.packer.pack(text).await?;
        for _ in 0..TRIES {
            if script.latest.sha256 == content.sha256 {
                return Ok(Done::Now(Added::Unchanged(script.latest)));
            }
            let version = self.successor(
                actor,
                &script.latest,
                &content,
                command.label.as_ref(),
                &command.changelog,
            );
            let addition = self.addition(actor, &version, &script, content, keyed.as_ref());
            match self.scripts.add_version(&addition).await {
                Ok(()) => return Ok(Done::Now(Added::New(version))),
                Err(StoreError::Outage(outage)) => return Err(outage.into()),
                Err(StoreError::Conflict(VersionConflict::LabelTaken)) => {
                    return Err(AddVersionError::LabelTaken);
                }
                Err(StoreError::Conflict(VersionConflict::Repeated(conflict))) => {
                    let keyed = keyed.as_ref().ok_or(KeyConflict::InProgress)?;
                    let reply = keyed.repeated(conflict, &*self.replies).await?;
                    return Ok(Done::Before(reply));
                }
                Err(StoreError::Conflict(VersionConflict::Stale)) => {
                    script = self.own_script(actor, id).await?;
                    content = addition.content;
                }
            }
        }
        Err(AddVersionError::Contended)
    }

    async fn own_script(
        &self,
        actor: &Actor,
        id: ScriptId,
    ) -> Result<ScriptDetail, AddVersionError> {
        let viewer = Viewer::SignedIn(actor.clone());
        let detail = self
            .scripts
            .find(id)
            .await?
            .filter(|detail| may_see_script(&viewer, detail.script.access()))
            .ok_or(AddVersionError::NotFound)?;
        if may_update_script(actor, detail.script.access()) {
            Ok(detail)
        } else {
            Err(AddVersionError::NotYours)
        }
    }

    fn successor(
        &self,
        actor: &Actor,
        latest: &Version,
        content: &PackedContent,
        label: Option<&VersionLabel>,
        changelog: &Changelog,
    ) -> Version {
        Version {
            script: latest.script,
            number: latest.number.next(),
            label: label.cloned(),
            changelog: changelog.clone(),
            sha256: content.sha256,
            size: content.size,
            author: actor.user(),
            created_at: self.clock.now(),
            yanked_at: None,
        }
    }

    fn addition(
        &self,
        actor: &Actor,
        version: &Version,
        script: &ScriptDetail,
        content: PackedContent,
        keyed: Option<&Keyed<'_, Version>>,
    ) -> VersionAddition {
        let after = Facts::none()
            .with("version", FactValue::Number(version.number.get().into()))
            .with("sha256", version.sha256.to_string().as_str());
        let entry = AuditEntry::success(
            self.ids.audit(),
            version.created_at,
            actor.party(),
            AuditAction::AddVersion,
            Subject::Script(version.script),
            actor.origin(),
        )
        .with_change(Facts::none(), after);
        VersionAddition {
            version: version.clone(),
            content,
            after: script.latest.number,
            idempotency: keyed.map(|keyed| keyed.record(version, version.created_at)),
            journal: Journal::new(entry),
        }
    }
}

#[cfg(test)]
mod tests;
