//! Deleting one's own account.

use std::sync::Arc;

use domain::access::proof::Fresh;
use domain::access::standing::AccessChange;
use domain::account::closure::{AccountDeleted, AccountDeletion, ClosureConflict};
use domain::audit::{AuditAction, AuditEntry, Subject};
use domain::job::{Letter, MailOrder};
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::account_closures::AccountClosures;
use domain::port::announcements::Announcements;
use domain::port::clock::Clock;
use domain::port::hot_sessions::HotSessions;
use domain::port::ids::Ids;

/// Deletes the account of somebody who has just proven who they are; it can be brought back for a while.
pub struct DeleteAccount {
    /// Ends accounts.
    pub closures: Arc<dyn AccountClosures>,
    /// The hot copies of sessions.
    pub hot: Arc<dyn HotSessions>,
    /// Tells the nodes.
    pub announcements: Arc<dyn Announcements>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why the account is still there.
#[derive(Debug, thiserror::Error)]
pub enum DeleteAccountError {
    /// It was ended meanwhile.
    #[error("the account is gone")]
    AccountGone,
    /// Nobody else administers the platform.
    #[error("this is the last account that administers the platform")]
    LastAdmin,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl DeleteAccount {
    /// Deletes the account, ends its sessions everywhere, and tells its person by mail.
    ///
    /// # Errors
    /// See [`DeleteAccountError`].
    pub async fn run(&self, by: &Fresh) -> Result<(), DeleteAccountError> {
        let (actor, now) = (by.actor(), self.clock.now());
        let user = actor.user();
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            actor.party(),
            AuditAction::DeleteAccount,
            Subject::User(user),
            actor.origin(),
        );
        let notice = MailOrder::notice(user, Letter::AccountDeleted);
        let deletion = AccountDeletion {
            user,
            at: now,
            journal: Journal::new(entry).enqueue(super::mail(&*self.ids, notice, now)),
        };
        let deleted = self.closures.delete(&deletion).await;
        let AccountDeleted { ended, epoch } = deleted.map_err(|error| match error {
            StoreError::Conflict(ClosureConflict::WrongState) => DeleteAccountError::AccountGone,
            StoreError::Conflict(ClosureConflict::LastAdmin) => DeleteAccountError::LastAdmin,
            StoreError::Outage(outage) => DeleteAccountError::Outage(outage),
        })?;
        crate::sessions::forget(&*self.hot, &*self.announcements, &ended).await;
        self.announcements
            .announce(&[AccessChange::User { user, epoch }])
            .await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::access::standing::AccessEpoch;
    use domain::id::SessionId;
    use domain::job::Job;
    use domain::port::account_closures::MockAccountClosures;
    use domain::port::announcements::MockAnnouncements;
    use domain::port::hot_sessions::MockHotSessions;
    use test_support::{FixedClock, SequentialIds, actor};
    use uuid::Uuid;

    async fn run(
        closures: MockAccountClosures,
        hot: MockHotSessions,
        announcements: MockAnnouncements,
    ) -> Result<(), DeleteAccountError> {
        let clock = FixedClock::default();
        let by = actor().in_session().fresh(clock.now()).unwrap();
        let use_case = DeleteAccount {
            closures: Arc::new(closures),
            hot: Arc::new(hot),
            announcements: Arc::new(announcements),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(clock),
        };
        use_case.run(&by).await
    }

    #[tokio::test]
    async fn every_node_forgets_the_sessions_and_the_person_is_told() {
        let session = SessionId::new(Uuid::from_u128(5));
        let mut closures = MockAccountClosures::new();
        closures
            .expect_delete()
            .once()
            .withf(|deletion| {
                let Some(Job::SendMail(order)) =
                    deletion.journal.jobs().first().map(|job| &job.job)
                else {
                    return false;
                };
                order.letter == Letter::AccountDeleted && order.user == deletion.user
            })
            .returning(move |_| {
                Ok(AccountDeleted {
                    ended: vec![session],
                    epoch: AccessEpoch(7),
                })
            });
        let mut hot = MockHotSessions::new();
        hot.expect_forget()
            .once()
            .withf(move |ended| ended == [session])
            .returning(|_| Ok(()));
        let mut announcements = MockAnnouncements::new();
        announcements.expect_announce().times(2).return_const(());
        run(closures, hot, announcements).await.unwrap();
    }

    #[tokio::test]
    async fn an_account_that_ended_meanwhile_is_not_deleted_again() {
        let mut closures = MockAccountClosures::new();
        closures
            .expect_delete()
            .returning(|_| Err(StoreError::Conflict(ClosureConflict::WrongState)));
        let outcome = run(closures, MockHotSessions::new(), MockAnnouncements::new()).await;
        assert!(matches!(outcome, Err(DeleteAccountError::AccountGone)));
    }

    #[tokio::test]
    async fn the_last_who_administers_the_platform_cannot_leave_it() {
        let mut closures = MockAccountClosures::new();
        closures
            .expect_delete()
            .returning(|_| Err(StoreError::Conflict(ClosureConflict::LastAdmin)));
        let outcome = run(closures, MockHotSessions::new(), MockAnnouncements::new()).await;
        assert!(matches!(outcome, Err(DeleteAccountError::LastAdmin)));
    }
}
