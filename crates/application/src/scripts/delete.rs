//! Deleting a script softly.

use std::sync::Arc;

use domain::access::actor::Viewer;
use domain::access::policy::{may_delete_script, may_see_script};
use domain::access::proof::{DeleteScripts, Permitted};
use domain::audit::{AuditAction, AuditEntry, Facts, Subject};
use domain::id::ScriptId;
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::clock::Clock;
use domain::port::ids::Ids;
use domain::port::scripts::Scripts;
use domain::revision::Revision;
use domain::script::publication::{Deletion, StaleScript};

/// Deletes scripts; they can be restored for a week.
pub struct DeleteScript {
    /// Knows and deletes scripts.
    pub scripts: Arc<dyn Scripts>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why a script was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteError {
    /// It does not exist for the actor, or no longer.
    #[error("there is no such script")]
    NotFound,
    /// It belongs to somebody else.
    #[error("the script belongs to somebody else")]
    NotYours,
    /// It is not in the state that the caller has seen.
    #[error("the script has changed")]
    Stale,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl DeleteScript {
    /// Deletes the script; if `expected` is given, only if it still is in that state.
    ///
    /// # Errors
    /// See [`DeleteError`].
    pub async fn run(
        &self,
        by: Permitted<DeleteScripts>,
        id: ScriptId,
        expected: Option<Revision>,
    ) -> Result<(), DeleteError> {
        let actor = by.actor();
        let viewer = Viewer::SignedIn(actor.clone());
        let current = self
            .scripts
            .find(id)
            .await?
            .filter(|detail| may_see_script(&viewer, detail.script.access()))
            .ok_or(DeleteError::NotFound)?;
        if !may_delete_script(actor, current.script.access()) {
            return Err(DeleteError::NotYours);
        }
        let now = self.clock.now();
        let before = Facts::none()
            .with("slug", current.script.slug.as_str())
            .with("visibility", current.script.visibility.name());
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            actor.party(),
            AuditAction::DeleteScript,
            Subject::Script(id),
            actor.origin(),
        )
        .with_change(before, Facts::none());
        let deletion = Deletion {
            script: id,
            expected,
            at: now,
            journal: Journal::new(entry),
        };
        match self.scripts.delete(&deletion).await {
            Ok(()) => Ok(()),
            Err(StoreError::Conflict(StaleScript)) if expected.is_some() => Err(DeleteError::Stale),
            Err(StoreError::Conflict(StaleScript)) => Err(DeleteError::NotFound),
            Err(StoreError::Outage(outage)) => Err(outage.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::access::permission::Permission;
    use domain::id::UserId;
    use domain::port::scripts::MockScripts;
    use test_support::{ActorBuilder, FixedClock, SequentialIds, a_detail, actor};
    use uuid::Uuid;

    const OWNER: UserId = UserId::new(Uuid::from_u128(1));

    async fn run(
        by: ActorBuilder,
        expected: Option<Revision>,
        expectations: impl FnOnce(&mut MockScripts),
    ) -> Result<(), DeleteError> {
        let detail = a_detail(OWNER);
        let id = detail.script.id;
        let mut scripts = MockScripts::new();
        scripts
            .expect_find()
            .returning(move |_| Ok(Some(detail.clone())));
        expectations(&mut scripts);
        let use_case = DeleteScript {
            scripts: Arc::new(scripts),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(FixedClock::default()),
        };
        let by = by.with(Permission::ScriptsDelete).build();
        use_case.run(by.permit().unwrap(), id, expected).await
    }

    #[tokio::test]
    async fn its_owner_and_holders_of_delete_any_delete_a_script_and_leave_an_audit_row() {
        for by in [
            actor().of(OWNER),
            actor().with(Permission::ScriptsDeleteAny),
        ] {
            run(by, None, |scripts| {
                scripts
                    .expect_delete()
                    .once()
                    .withf(|deletion| {
                        let entry = deletion.journal.entries().first().unwrap();
                        entry.action == AuditAction::DeleteScript
                    })
                    .returning(|_| Ok(()));
            })
            .await
            .unwrap();
        }
    }

    #[tokio::test]
    async fn somebody_elses_script_is_not_deleted() {
        let outcome = run(actor(), None, |_| {}).await;
        assert!(matches!(outcome, Err(DeleteError::NotYours)));
    }

    #[tokio::test]
    async fn a_script_that_changed_is_stale_only_for_those_who_care() {
        let stale = |scripts: &mut MockScripts| {
            scripts
                .expect_delete()
                .returning(|_| Err(StoreError::Conflict(StaleScript)));
        };
        let seen = Some(Revision::FIRST);
        let outcome = run(actor().of(OWNER), seen, stale).await;
        assert!(matches!(outcome, Err(DeleteError::Stale)));
        let outcome = run(actor().of(OWNER), None, stale).await;
        assert!(matches!(outcome, Err(DeleteError::NotFound)));
    }
}
