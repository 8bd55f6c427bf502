//! Giving the second factor up.

use std::sync::Arc;

use domain::access::proof::Fresh;
use domain::account::second_factor::FactorRemoval;
use domain::audit::{AuditAction, AuditEntry, Subject};
use domain::job::Letter;
use domain::outage::Outage;
use domain::port::clock::Clock;
use domain::port::ids::Ids;
use domain::port::second_factors::SecondFactors;

use crate::accounts::with_notice;

/// Removes the second factor of a person and tells them by mail.
pub struct RemoveSecondFactor {
    /// Removes it.
    pub second_factors: Arc<dyn SecondFactors>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl RemoveSecondFactor {
    /// Removes it. Where there is none, nothing happens.
    ///
    /// # Errors
    /// [`Outage`] if it could not be done.
    pub async fn run(&self, by: &Fresh) -> Result<(), Outage> {
        let (by, now) = (by.actor(), self.clock.now());
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            by.party(),
            AuditAction::DisableSecondFactor,
            Subject::User(by.user()),
            by.origin(),
        );
        let removal = FactorRemoval {
            user: by.user(),
            at: now,
            journal: with_notice(&*self.ids, entry, by.user(), Letter::MfaDisabled, now),
        };
        self.second_factors.remove(&removal).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::port::second_factors::MockSecondFactors;
    use test_support::{FixedClock, SequentialIds, actor};

    #[tokio::test]
    async fn giving_it_up_is_recorded_and_told_by_mail() {
        let mut second_factors = MockSecondFactors::new();
        second_factors
            .expect_remove()
            .once()
            .withf(|removal| removal.journal.jobs().len() == 1)
            .returning(|_| Ok(true));
        let use_case = RemoveSecondFactor {
            second_factors: Arc::new(second_factors),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(FixedClock::default()),
        };
        let by = actor()
            .in_session()
            .fresh(FixedClock::default().now())
            .unwrap();
        use_case.run(&by).await.unwrap();
    }
}
