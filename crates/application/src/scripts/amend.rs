//! Changing what describes a script.

use std::sync::Arc;

use domain::access::actor::Viewer;
use domain::access::policy::{may_see_script, may_update_script};
use domain::access::proof::{Permitted, UpdateScripts};
use domain::audit::{AuditAction, AuditEntry, Facts, Subject};
use domain::id::ScriptId;
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::clock::Clock;
use domain::port::ids::Ids;
use domain::port::scripts::Scripts;
use domain::revision::Revision;
use domain::script::entity::{Script, ScriptDetail};
use domain::script::publication::{AmendConflict, Amendment, ScriptPatch};
use domain::script::taxonomy::{CategorySlug, Licence, Tag, Tags};

/// Changes what describes a script.
pub struct AmendScript {
    /// Knows and changes scripts.
    pub scripts: Arc<dyn Scripts>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why a script was not changed.
#[derive(Debug, thiserror::Error)]
pub enum AmendError {
    /// It does not exist for the actor.
    #[error("there is no such script")]
    NotFound,
    /// It belongs to somebody else.
    #[error("the script belongs to somebody else")]
    NotYours,
    /// It was changed in between.
    #[error("the script has changed")]
    Stale,
    /// The owner has another script of that slug.
    #[error("the slug is taken")]
    SlugTaken,
    /// There is no such category.
    #[error("there is no such category")]
    UnknownCategory,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl AmendScript {
    /// Changes the script, if it still is as `expected`. A patch that changes nothing writes nothing.
    ///
    /// # Errors
    /// See [`AmendError`].
    pub async fn run(
        &self,
        by: Permitted<UpdateScripts>,
        id: ScriptId,
        expected: Revision,
        patch: ScriptPatch,
    ) -> Result<ScriptDetail, AmendError> {
        let actor = by.actor();
        let viewer = Viewer::SignedIn(actor.clone());
        let current = self
            .scripts
            .find(id)
            .await?
            .filter(|detail| may_see_script(&viewer, detail.script.access()))
            .ok_or(AmendError::NotFound)?;
        if !may_update_script(actor, current.script.access()) {
            return Err(AmendError::NotYours);
        }
        if current.script.revision != expected {
            return Err(AmendError::Stale);
        }
        if patch == ScriptPatch::default() {
            return Ok(current);
        }
        let now = self.clock.now();
        let (before, after) = difference(&current.script, &patch);
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            actor.party(),
            AuditAction::UpdateScript,
            Subject::Script(id),
            actor.origin(),
        )
        .with_change(before, after);
        let amendment = Amendment {
            script: id,
            expected,
            patch,
            at: now,
            journal: Journal::new(entry),
        };
        self.scripts
            .amend(&amendment)
            .await
            .map_err(AmendError::from_store)
    }
}

impl AmendError {
    fn from_store(error: StoreError<AmendConflict>) -> Self {
        match error {
            StoreError::Conflict(AmendConflict::Stale) => Self::Stale,
            StoreError::Conflict(AmendConflict::SlugTaken) => Self::SlugTaken,
            StoreError::Conflict(AmendConflict::UnknownCategory) => Self::UnknownCategory,
            StoreError::Outage(outage) => Self::Outage(outage),
        }
    }
}

/// What the patch changes, before and after; the readme only by name, as it may be long.
fn difference(script: &Script, patch: &ScriptPatch) -> (Facts, Facts) {
    let (mut before, mut after) = (Facts::none(), Facts::none());
    let mut changed = |name: &'static str, old: Option<&str>, new: Option<&str>| {
        before = std::mem::take(&mut before).with(name, old);
        after = std::mem::take(&mut after).with(name, new);
    };
    if let Some(slug) = &patch.slug {
        changed("slug", Some(script.slug.as_str()), Some(slug.as_str()));
    }
    if let Some(title) = &patch.title {
        changed("title", Some(script.title.as_str()), Some(title.as_str()));
    }
    if let Some(summary) = &patch.summary {
        changed(
            "summary",
            Some(script.summary.as_str()),
            Some(summary.as_str()),
        );
    }
    if patch.readme.is_some() {
        changed("readme", None, Some("changed"));
    }
    if let Some(language) = &patch.language {
        changed(
            "language",
            Some(script.language.as_str()),
            Some(language.as_str()),
        );
    }
    if let Some(licence) = &patch.licence {
        let old = script.licence.as_ref().map(Licence::as_str);
        changed("licence", old, licence.as_ref().map(Licence::as_str));
    }
    if let Some(category) = &patch.category {
        let old = script.category.as_ref().map(CategorySlug::as_str);
        changed("category", old, category.as_ref().map(CategorySlug::as_str));
    }
    if let Some(visibility) = patch.visibility {
        changed(
            "visibility",
            Some(script.visibility.name()),
            Some(visibility.name()),
        );
    }
    if let Some(tags) = &patch.tags {
        let names = |tags: &Tags| {
            let names: Vec<&str> = tags.as_slice().iter().map(Tag::as_str).collect();
            names.join(" ")
        };
        changed("tags", Some(&names(&script.tags)), Some(&names(tags)));
    }
    (before, after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::access::permission::Permission;
    use domain::id::UserId;
    use domain::port::scripts::MockScripts;
    use domain::script::state::Visibility;
    use test_support::{FixedClock, SequentialIds, a_detail, actor};
    use uuid::Uuid;

    const OWNER: UserId = UserId::new(Uuid::from_u128(1));

    fn owner() -> Permitted<UpdateScripts> {
        let owner = actor().of(OWNER).with(Permission::ScriptsUpdate);
        owner.build().permit().unwrap()
    }

    fn hiding() -> ScriptPatch {
        ScriptPatch {
            visibility: Some(Visibility::Private),
            ..ScriptPatch::default()
        }
    }

    async fn run(
        by: Permitted<UpdateScripts>,
        detail: ScriptDetail,
        expected: Revision,
        patch: ScriptPatch,
        expectations: impl FnOnce(&mut MockScripts),
    ) -> Result<ScriptDetail, AmendError> {
        let id = detail.script.id;
        let mut scripts = MockScripts::new();
        scripts
            .expect_find()
            .returning(move |_| Ok(Some(detail.clone())));
        expectations(&mut scripts);
        let use_case = AmendScript {
            scripts: Arc::new(scripts),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(FixedClock::default()),
        };
        use_case.run(by, id, expected, patch).await
    }

    #[tokio::test]
    async fn a_change_records_what_was_there_before() {
        run(
            owner(),
            a_detail(OWNER),
            Revision::FIRST,
            hiding(),
            |scripts| {
                scripts
                    .expect_amend()
                    .once()
                    .withf(|amendment| {
                        let entry = amendment.journal.entries().first().unwrap();
                        entry.before == Facts::none().with("visibility", Some("public"))
                            && entry.after == Facts::none().with("visibility", Some("private"))
                    })
                    .returning(|_| Ok(a_detail(OWNER)));
            },
        )
        .await
        .unwrap();
    }

    #[tokio::test]
    async fn somebody_elses_script_is_forbidden_when_it_is_seen_and_absent_when_it_is_not() {
        let other = || {
            let other = actor().with(Permission::ScriptsUpdate);
            other.build().permit().unwrap()
        };
        let public = a_detail(OWNER);
        let mut private = a_detail(OWNER);
        private.script.visibility = Visibility::Private;
        let outcome = run(other(), public, Revision::FIRST, hiding(), |_| {}).await;
        assert!(matches!(outcome, Err(AmendError::NotYours)));
        let outcome = run(other(), private, Revision::FIRST, hiding(), |_| {}).await;
        assert!(matches!(outcome, Err(AmendError::NotFound)));
    }

    #[tokio::test]
    async fn the_second_of_two_editors_is_stale() {
        let older = Revision::restore(0);
        let outcome = run(owner(), a_detail(OWNER), older, hiding(), |_| {}).await;
        assert!(matches!(outcome, Err(AmendError::Stale)));
        let outcome = run(
            owner(),
            a_detail(OWNER),
            Revision::FIRST,
            hiding(),
            |scripts| {
                scripts
                    .expect_amend()
                    .returning(|_| Err(StoreError::Conflict(AmendConflict::Stale)));
            },
        )
        .await;
        assert!(matches!(outcome, Err(AmendError::Stale)));
    }

    #[tokio::test]
    async fn a_patch_that_changes_nothing_writes_nothing() {
        let nothing = ScriptPatch::default();
        let detail = a_detail(OWNER);
        let same = run(owner(), detail.clone(), Revision::FIRST, nothing, |_| {}).await;
        assert_eq!(same.unwrap(), detail);
    }
}
