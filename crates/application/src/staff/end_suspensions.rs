//! Letting people in again when their suspension has ended by its own terms.

use std::sync::Arc;

use domain::access::authority::Authority;
use domain::access::proof::SuspendUsers;
use domain::outage::Outage;
use domain::port::supervised_accounts::SupervisedAccounts;

use super::act_on_account::{ActError, ActOnAccount};

/// How many are let in at a time.
const AT_ONCE: u16 = 100;

/// Lifts the suspensions whose time has come.
pub struct EndSuspensions {
    /// Knows which.
    pub accounts: Arc<dyn SupervisedAccounts>,
    /// Lifts each, with its audit row and its mail.
    pub act: ActOnAccount,
}

impl EndSuspensions {
    /// Lifts some of them; answers how many. Several workers at once do no harm: the second finds nothing to lift.
    ///
    /// # Errors
    /// An outage.
    pub async fn run(&self) -> Result<usize, Outage> {
        let served = self.accounts.list_served_suspensions(AT_ONCE).await?;
        let by = Authority::<SuspendUsers>::schedule();
        let mut lifted = 0;
        for user in served {
            match self.act.lift_suspension(&by, user).await {
                Ok(()) => lifted += 1,
                Err(ActError::Outage(outage)) => return Err(outage),
                Err(already) => tracing::debug!(%user, %already, "a suspension was not lifted"),
            }
        }
        Ok(lifted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::access::standing::AccessEpoch;
    use domain::account::supervision::{StaffAct, StaffConflict, StaffDecisionMade};
    use domain::account::user::AccountStatus;
    use domain::audit::Party;
    use domain::id::UserId;
    use domain::outage::StoreError;
    use domain::port::announcements::MockAnnouncements;
    use domain::port::hot_sessions::MockHotSessions;
    use domain::port::supervised_accounts::MockSupervisedAccounts;
    use test_support::{FixedClock, SequentialIds};
    use uuid::Uuid;

    #[tokio::test]
    async fn the_platform_lifts_what_has_ended_and_passes_over_what_another_worker_has_lifted() {
        let users: Vec<_> = (1..=2).map(|n| UserId::new(Uuid::from_u128(n))).collect();
        let mut accounts = MockSupervisedAccounts::new();
        let listed = users.clone();
        accounts
            .expect_list_served_suspensions()
            .returning(move |_| Ok(listed.clone()));
        let taken = users.first().copied();
        accounts
            .expect_decide()
            .times(2)
            .returning(move |decision| {
                assert_eq!(decision.act, StaffAct::LiftSuspension);
                let actor = decision.journal.entries().first().map(|entry| entry.actor);
                assert_eq!(actor, Some(Party::System));
                if Some(decision.user) == taken {
                    let conflict = StaffConflict::WrongState(AccountStatus::Active);
                    return Err(StoreError::Conflict(conflict));
                }
                Ok(StaffDecisionMade {
                    ended: Vec::new(),
                    epoch: AccessEpoch(2),
                })
            });
        let accounts: Arc<dyn SupervisedAccounts> = Arc::new(accounts);
        let mut announcements = MockAnnouncements::new();
        announcements.expect_announce().once().returning(|_| ());
        let use_case = EndSuspensions {
            accounts: Arc::clone(&accounts),
            act: ActOnAccount {
                accounts,
                hot: Arc::new(MockHotSessions::new()),
                announcements: Arc::new(announcements),
                ids: Arc::new(SequentialIds::default()),
                clock: Arc::new(FixedClock::default()),
            },
        };
        assert_eq!(use_case.run().await.unwrap(), 1);
    }
}
