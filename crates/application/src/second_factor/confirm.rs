//! Bringing a second factor into force.

use std::sync::Arc;

use domain::access::actor::SessionActor;
use domain::account::second_factor::{
    ClaimedCode, CodeForm, Confirmation, EnrolConflict, RECOVERY_CODES, RecoveryCode, SealedTotp,
    TotpStep,
};
use domain::audit::{AuditAction, AuditEntry, Outcome, Subject};
use domain::job::Letter;
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::audit_trail::AuditTrail;
use domain::port::clock::Clock;
use domain::port::ids::Ids;
use domain::secret::Secret;

use super::FactorCheck;
use crate::accounts::with_notice;

/// Takes the first code of an authenticator, answers the recovery codes, and tells the person by mail.
pub struct ConfirmSecondFactor {
    /// Checks the code, makes recovery codes and records them.
    pub factors: FactorCheck,
    /// Records failures.
    pub audit: Arc<dyn AuditTrail>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why the second factor is not in force.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// No secret waits to be confirmed.
    #[error("no secret waits to be confirmed")]
    NothingPending,
    /// The code is another one.
    #[error("the code is another one")]
    WrongCode,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl ConfirmSecondFactor {
    /// Brings the waiting secret into force. The recovery codes are answered here and never again.
    ///
    /// # Errors
    /// See [`ConfirmError`].
    pub async fn run(
        &self,
        by: &SessionActor,
        code: &ClaimedCode,
    ) -> Result<Vec<Secret<String>>, ConfirmError> {
        let pending = self.factors.second_factors.find_pending(by.user()).await?;
        let sealed = pending.ok_or(ConfirmError::NothingPending)?;
        let Some(step) = self.step(by, &sealed, code)? else {
            let entry = self.entry(by, AuditAction::RefuseSecondFactor);
            let failure = entry.with_outcome(Outcome::Failure);
            self.audit.append(&Journal::new(failure)).await?;
            return Err(ConfirmError::WrongCode);
        };
        let codes = (0..RECOVERY_CODES).map(|_| self.factors.recovery_codes.new_code());
        let codes = codes.collect::<Result<Vec<_>, _>>()?;
        let digests = codes
            .iter()
            .filter_map(|code| {
                let digests = self.factors.recovery_codes.digests(by.user(), code);
                digests.into_iter().next()
            })
            .collect();
        let now = self.clock.now();
        let entry = self.entry(by, AuditAction::EnableSecondFactor);
        let confirmation = Confirmation {
            user: by.user(),
            sealed,
            step,
            recovery: digests,
            at: now,
            journal: with_notice(&*self.ids, entry, by.user(), Letter::MfaEnabled, now),
        };
        let confirmed = self.factors.second_factors.confirm(&confirmation).await;
        confirmed.map_err(|error| match error {
            StoreError::Conflict(EnrolConflict::AlreadyEnabled | EnrolConflict::NothingPending) => {
                ConfirmError::NothingPending
            }
            StoreError::Outage(outage) => ConfirmError::Outage(outage),
        })?;
        Ok(codes.iter().map(RecoveryCode::grouped).collect())
    }

    fn step(
        &self,
        by: &SessionActor,
        sealed: &SealedTotp,
        code: &ClaimedCode,
    ) -> Result<Option<TotpStep>, Outage> {
        let Some(CodeForm::Totp(code)) = code.form() else {
            return Ok(None);
        };
        let secret = self.factors.open(by.user(), sealed)?;
        let (passwords, now) = (&self.factors.one_time_passwords, self.clock.now());
        Ok(passwords.find_step(&secret, code.expose(), now, None))
    }

    fn entry(&self, by: &SessionActor, action: AuditAction) -> AuditEntry {
        AuditEntry::success(
            self.ids.audit(),
            self.clock.now(),
            by.party(),
            action,
            Subject::User(by.user()),
            by.origin(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::second_factor::fixtures::{a_check, code};
    use domain::port::audit_trail::MockAuditTrail;
    use domain::port::second_factors::MockSecondFactors;
    use test_support::{FixedClock, SequentialIds, actor};

    async fn run(
        mut second_factors: MockSecondFactors,
        audit: MockAuditTrail,
        typed: &str,
    ) -> Result<Vec<Secret<String>>, ConfirmError> {
        second_factors
            .expect_find_pending()
            .returning(|_| Ok(Some(SealedTotp::restore(vec![1]))));
        let use_case = ConfirmSecondFactor {
            factors: a_check(Arc::new(second_factors)),
            audit: Arc::new(audit),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(FixedClock::default()),
        };
        use_case.run(&actor().in_session(), &code(typed)).await
    }

    #[tokio::test]
    async fn the_right_code_brings_it_into_force_with_ten_recovery_codes_and_a_notice() {
        let mut second_factors = MockSecondFactors::new();
        second_factors
            .expect_confirm()
            .once()
            .withf(|confirmation| {
                let is_step = confirmation.step == TotpStep::restore(100);
                let orders = confirmation.journal.jobs().len();
                is_step && confirmation.recovery.len() == 10 && orders == 1
            })
            .returning(|_| Ok(()));
        let shown = run(second_factors, MockAuditTrail::new(), "123 456").await;
        let shown = shown.unwrap();
        assert_eq!(shown.len(), 10);
        assert_eq!(shown[0].expose(), "abcd-efgh-ijkl-mnop");
    }

    #[tokio::test]
    async fn a_wrong_code_and_a_recovery_code_confirm_nothing_and_are_recorded() {
        for typed in ["654321", "abcd-efgh-ijkl-mnop", ""] {
            let mut audit = MockAuditTrail::new();
            audit.expect_append().once().returning(|_| Ok(()));
            let refused = run(MockSecondFactors::new(), audit, typed).await;
            assert!(matches!(refused, Err(ConfirmError::WrongCode)), "{typed}");
        }
    }

    #[tokio::test]
    async fn without_a_waiting_secret_there_is_nothing_to_confirm() {
        let mut second_factors = MockSecondFactors::new();
        second_factors.expect_find_pending().returning(|_| Ok(None));
        let refused = run(second_factors, MockAuditTrail::new(), "123456").await;
        assert!(matches!(refused, Err(ConfirmError::NothingPending)));
    }
}
