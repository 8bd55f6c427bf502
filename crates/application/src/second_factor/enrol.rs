//! Setting a second factor up.

use std::sync::Arc;

use domain::access::proof::Fresh;
use domain::account::second_factor::{EnrolConflict, Enrolment, SealedTotp};
use domain::audit::{AuditAction, AuditEntry, Subject};
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::accounts::Accounts;
use domain::port::clock::Clock;
use domain::port::ids::Ids;
use domain::port::one_time_passwords::EnrolmentSheet;

use super::FactorCheck;

/// Makes a secret for the authenticator of a person. It is in force once a code of it was shown.
pub struct EnrolSecondFactor {
    /// Makes, seals and records secrets.
    pub factors: FactorCheck,
    /// Knows how to call the person.
    pub accounts: Arc<dyn Accounts>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// A second factor is in force.
    #[error("a second factor is in force")]
    AlreadyEnabled,
    /// The account was ended meanwhile.
    #[error("the account is gone")]
    AccountGone,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl EnrolSecondFactor {
    /// A new secret, in the place of one that waited before.
    ///
    /// # Errors
    /// See [`EnrolError`].
    pub async fn run(&self, by: &Fresh) -> Result<EnrolmentSheet, EnrolError> {
        let by = by.actor();
        let account = self.accounts.find(by.user()).await?;
        let account = account.ok_or(EnrolError::AccountGone)?;
        let secret = self.factors.one_time_passwords.new_secret()?;
        let sealed = self
            .factors
            .sealer
            .seal(by.user().as_uuid().as_bytes(), secret.expose())?;
        let now = self.clock.now();
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            by.party(),
            AuditAction::EnrolSecondFactor,
            Subject::User(by.user()),
            by.origin(),
        );
        let enrolment = Enrolment {
            user: by.user(),
            sealed: SealedTotp::restore(sealed),
            at: now,
            journal: Journal::new(entry),
        };
        let begun = self.factors.second_factors.begin(&enrolment).await;
        begun.map_err(|error| match error {
            StoreError::Conflict(EnrolConflict::AlreadyEnabled) => EnrolError::AlreadyEnabled,
            StoreError::Conflict(EnrolConflict::NothingPending) => EnrolError::AccountGone,
            StoreError::Outage(outage) => EnrolError::Outage(outage),
        })?;
        let name = account.user.username.as_str();
        Ok(self.factors.one_time_passwords.sheet(&secret, name)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::second_factor::fixtures::a_check;
    use domain::account::second_factor::TotpSecret;
    use domain::account::user::UserWithRoles;
    use domain::port::accounts::MockAccounts;
    use domain::port::one_time_passwords::MockOneTimePasswords;
    use domain::port::sealer::MockSealer;
    use domain::port::second_factors::MockSecondFactors;
    use domain::secret::Secret;
    use test_support::{FixedClock, SequentialIds, a_user, actor};

    async fn run(second_factors: MockSecondFactors) -> Result<EnrolmentSheet, EnrolError> {
        let mut accounts = MockAccounts::new();
        accounts.expect_find().returning(|_| {
            Ok(Some(UserWithRoles {
                user: a_user(),
                roles: Vec::new(),
            }))
        });
        let mut passwords = MockOneTimePasswords::new();
        passwords
            .expect_new_secret()
            .returning(|| Ok(TotpSecret::restore(b"secret".to_vec())));
        passwords.expect_sheet().returning(|_, account| {
            Ok(EnrolmentSheet {
                secret: Secret::new("BASE32".to_owned()),
                uri: Secret::new(format!("otpauth://totp/ScriptHub:{account}")),
                qr_svg: Secret::new("<svg/>".to_owned()),
            })
        });
        let mut sealer = MockSealer::new();
        sealer
            .expect_seal()
            .returning(|about, secret| Ok([about, b"|", secret].concat()));
        let use_case = EnrolSecondFactor {
            factors: FactorCheck {
                one_time_passwords: Arc::new(passwords),
                sealer: Arc::new(sealer),
                ..a_check(Arc::new(second_factors))
            },
            accounts: Arc::new(accounts),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(FixedClock::default()),
        };
        let by = actor()
            .in_session()
            .fresh(FixedClock::default().now())
            .unwrap();
        use_case.run(&by).await
    }

    #[tokio::test]
    async fn the_secret_is_stored_sealed_for_its_owner_and_shown_once() {
        let mut second_factors = MockSecondFactors::new();
        second_factors
            .expect_begin()
            .once()
            .withf(|enrolment| {
                let owner = enrolment.user.as_uuid();
                enrolment.sealed.as_bytes() == [owner.as_bytes(), &b"|secret"[..]].concat()
            })
            .returning(|_| Ok(()));
        let sheet = run(second_factors).await.unwrap();
        assert_eq!(sheet.secret.expose(), "BASE32");
    }

    #[tokio::test]
    async fn a_factor_in_force_is_not_replaced() {
        let mut second_factors = MockSecondFactors::new();
        second_factors
            .expect_begin()
            .returning(|_| Err(StoreError::Conflict(EnrolConflict::AlreadyEnabled)));
        let refused = run(second_factors).await;
        assert!(matches!(refused, Err(EnrolError::AlreadyEnabled)));
    }
}
