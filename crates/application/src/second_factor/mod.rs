//! The second factor: setting it up, giving it up, and checking its codes.

pub mod confirm;
pub mod enrol;
pub mod remove;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::account::second_factor::{ClaimedCode, CodeForm, FactorUse, SealedTotp, TotpSecret};
use domain::id::UserId;
use domain::outage::Outage;
use domain::port::one_time_passwords::OneTimePasswords;
use domain::port::recovery_codes::RecoveryCodes;
use domain::port::sealer::Sealer;
use domain::port::second_factors::SecondFactors;

/// Tells which use of the second factor a claimed code would be. Whether it was used before, the write decides.
#[derive(Clone)]
pub struct FactorCheck {
    /// Knows the secrets, sealed.
    pub second_factors: Arc<dyn SecondFactors>,
    /// Opens them.
    pub sealer: Arc<dyn Sealer>,
    /// Makes and compares codes.
    pub one_time_passwords: Arc<dyn OneTimePasswords>,
    /// Hashes recovery codes.
    pub recovery_codes: Arc<dyn RecoveryCodes>,
}

impl FactorCheck {
    /// The use; `None` for a code that is wrong.
    pub(crate) async fn read(
        &self,
        user: UserId,
        code: &ClaimedCode,
        now: DateTime<Utc>,
    ) -> Result<Option<FactorUse>, Outage> {
        let code = match code.form() {
            None => return Ok(None),
            Some(CodeForm::Recovery(code)) => {
                let digests = self.recovery_codes.digests(user, &code);
                return Ok(Some(FactorUse::Recovery(digests)));
            }
            Some(CodeForm::Totp(code)) => code,
        };
        let Some(active) = self.second_factors.find_active(user).await? else {
            return Ok(None);
        };
        let secret = self.open(user, &active.sealed)?;
        let last = Some(active.last_step);
        let step = self
            .one_time_passwords
            .find_step(&secret, code.expose(), now, last);
        Ok(step.map(FactorUse::Totp))
    }

    fn open(&self, user: UserId, sealed: &SealedTotp) -> Result<TotpSecret, Outage> {
        let opened = self
            .sealer
            .open(user.as_uuid().as_bytes(), sealed.as_bytes())?;
        Ok(TotpSecret::restore(opened.expose().clone()))
    }
}

#[cfg(test)]
pub(crate) mod fixtures {
    use super::*;
    use domain::account::second_factor::{ActiveTotp, RecoveryCode, RecoveryDigest, TotpStep};
    use domain::port::one_time_passwords::MockOneTimePasswords;
    use domain::port::recovery_codes::MockRecoveryCodes;
    use domain::port::sealer::MockSealer;
    use domain::port::second_factors::MockSecondFactors;
    use domain::secret::Secret;

    /// A check over this port: `123456` is the code of step 100, and whatever is sealed opens.
    pub(crate) fn a_check(second_factors: Arc<MockSecondFactors>) -> FactorCheck {
        let mut sealer = MockSealer::new();
        sealer
            .expect_open()
            .returning(|_, sealed| Ok(Secret::new(sealed.to_vec())));
        sealer
            .expect_seal()
            .returning(|_, secret| Ok(secret.to_vec()));
        let mut one_time_passwords = MockOneTimePasswords::new();
        one_time_passwords
            .expect_find_step()
            .returning(|_, code, _, after| {
                let step = TotpStep::restore(100);
                (code == "123456" && after.is_none_or(|after| step > after)).then_some(step)
            });
        let mut recovery_codes = MockRecoveryCodes::new();
        recovery_codes
            .expect_digests()
            .returning(|_, _| vec![RecoveryDigest::restore([7; 32])]);
        recovery_codes.expect_new_code().returning(|| {
            let code = RecoveryCode::read("abcd-efgh-ijkl-mnop");
            Ok(code.expect("it is a code"))
        });
        FactorCheck {
            second_factors,
            sealer: Arc::new(sealer),
            one_time_passwords: Arc::new(one_time_passwords),
            recovery_codes: Arc::new(recovery_codes),
        }
    }

    /// A second factor whose last code was of this step.
    pub(crate) fn active(last_step: i64) -> ActiveTotp {
        ActiveTotp {
            sealed: SealedTotp::restore(vec![1]),
            last_step: TotpStep::restore(last_step),
        }
    }

    pub(crate) fn code(typed: &str) -> ClaimedCode {
        ClaimedCode::new(typed.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::fixtures::{a_check, active, code};
    use super::*;
    use domain::account::second_factor::{ActiveTotp, RecoveryDigest, TotpStep};
    use domain::port::clock::Clock;
    use domain::port::second_factors::MockSecondFactors;
    use test_support::{FixedClock, a_user};

    async fn read(stored: Option<ActiveTotp>, typed: &str) -> Option<FactorUse> {
        let mut second_factors = MockSecondFactors::new();
        second_factors
            .expect_find_active()
            .returning(move |_| Ok(stored.clone()));
        let check = a_check(Arc::new(second_factors));
        let now = FixedClock::default().now();
        check.read(a_user().id, &code(typed), now).await.unwrap()
    }

    #[tokio::test]
    async fn six_digits_are_compared_with_the_codes_after_the_last_used_one() {
        let step = Some(FactorUse::Totp(TotpStep::restore(100)));
        assert_eq!(read(Some(active(99)), "123456").await, step);
        assert_eq!(read(Some(active(100)), "123456").await, None);
        assert_eq!(read(Some(active(99)), "654321").await, None);
        assert_eq!(read(None, "123456").await, None);
    }

    #[tokio::test]
    async fn a_recovery_code_is_hashed_and_left_to_the_write() {
        let digests = vec![RecoveryDigest::restore([7; 32])];
        let expected = Some(FactorUse::Recovery(digests));
        assert_eq!(read(None, "abcd-efgh-ijkl-mnop").await, expected);
        assert_eq!(read(None, "no code at all").await, None);
    }
}
