//! Bringing a softly deleted script back.

use std::sync::Arc;

use domain::access::policy::may_delete_script;
use domain::access::proof::{DeleteScripts, Permitted};
use domain::audit::{AuditAction, AuditEntry, Subject};
use domain::id::ScriptId;
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::clock::Clock;
use domain::port::ids::Ids;
use domain::port::scripts::Scripts;
use domain::script::entity::{RESTORE_WINDOW, ScriptDetail};
use domain::script::publication::{Restoration, StaleScript};
use domain::script::state::ScriptStatus;

/// Restores scripts within a week of their deletion.
pub struct RestoreScript {
    /// Knows and restores scripts.
    pub scripts: Arc<dyn Scripts>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why a script was not restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The actor has deleted no such script, or too long ago.
    #[error("there is no such deleted script")]
    NotFound,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl RestoreScript {
    /// Restores the script and answers it as it is now.
    ///
    /// # Errors
    /// See [`RestoreError`]. Scripts of others, living ones and those deleted too long ago are one answer.
    pub async fn run(
        &self,
        by: Permitted<DeleteScripts>,
        id: ScriptId,
    ) -> Result<ScriptDetail, RestoreError> {
        let actor = by.actor();
        let now = self.clock.now();
        let deleted_after = now - RESTORE_WINDOW;
        let deleted = self.scripts.find(id).await?.filter(|detail| {
            detail.script.status == ScriptStatus::Deleted
                && may_delete_script(actor, detail.script.access())
                && detail.script.deleted_at > Some(deleted_after)
        });
        if deleted.is_none() {
            return Err(RestoreError::NotFound);
        }
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            actor.party(),
            AuditAction::RestoreScript,
            Subject::Script(id),
            actor.origin(),
        );
        let restoration = Restoration {
            script: id,
            deleted_after,
            at: now,
            journal: Journal::new(entry),
        };
        self.scripts
            .restore(&restoration)
            .await
            .map_err(|error| match error {
                StoreError::Conflict(StaleScript) => RestoreError::NotFound,
                StoreError::Outage(outage) => RestoreError::Outage(outage),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use domain::access::permission::Permission;
    use domain::id::UserId;
    use domain::port::scripts::MockScripts;
    use test_support::{ActorBuilder, FixedClock, SequentialIds, a_detail, actor};
    use uuid::Uuid;

    const OWNER: UserId = UserId::new(Uuid::from_u128(1));

    async fn run(by: ActorBuilder, deleted_for: TimeDelta) -> Result<ScriptDetail, RestoreError> {
        let clock = FixedClock::default();
        let mut detail = a_detail(OWNER);
        detail.script.status = ScriptStatus::Deleted;
        detail.script.deleted_at = Some(clock.now() - deleted_for);
        let id = detail.script.id;
        let mut scripts = MockScripts::new();
        scripts
            .expect_find()
            .returning(move |_| Ok(Some(detail.clone())));
        scripts.expect_restore().returning(|_| Ok(a_detail(OWNER)));
        let use_case = RestoreScript {
            scripts: Arc::new(scripts),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(clock),
        };
        let by = by.with(Permission::ScriptsDelete).build();
        use_case.run(by.permit().unwrap(), id).await
    }

    #[tokio::test]
    async fn an_owner_restores_within_a_week_and_not_later() {
        let week = TimeDelta::days(7);
        let restored = run(actor().of(OWNER), week - TimeDelta::seconds(1)).await;
        assert_eq!(restored.unwrap().script.status, ScriptStatus::Published);
        let late = run(actor().of(OWNER), week).await;
        assert!(matches!(late, Err(RestoreError::NotFound)));
    }

    #[tokio::test]
    async fn nobody_restores_for_others_but_staff() {
        let hour = TimeDelta::hours(1);
        let outcome = run(actor(), hour).await;
        assert!(matches!(outcome, Err(RestoreError::NotFound)));
        let staff = actor().with(Permission::ScriptsDeleteAny);
        run(staff, hour).await.unwrap();
    }
}
