//! Ways back into an account for people who have lost theirs: its operator knows, by other means, who asks.

use std::sync::Arc;

use domain::access::authority::Authority;
use domain::access::proof::UpdateUsers;
use domain::access::standing::AccessChange;
use domain::account::password::{ChangeGrounds, NewPassword, PasswordChange};
use domain::account::second_factor::FactorRemoval;
use domain::audit::{AuditAction, AuditEntry, Subject};
use domain::id::UserId;
use domain::job::Letter;
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::accounts::Accounts;
use domain::port::announcements::Announcements;
use domain::port::clock::Clock;
use domain::port::hot_sessions::HotSessions;
use domain::port::ids::Ids;
use domain::port::password_hasher::PasswordHasher;
use domain::port::second_factors::SecondFactors;

use crate::accounts::with_notice;

/// Sets passwords and removes second factors of other people; each is told by mail.
pub struct RecoverAccount {
    /// Changes passwords.
    pub accounts: Arc<dyn Accounts>,
    /// Hashes them.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Removes second factors.
    pub second_factors: Arc<dyn SecondFactors>,
    /// The hot copies of sessions.
    pub hot: Arc<dyn HotSessions>,
    /// Tells the nodes.
    pub announcements: Arc<dyn Announcements>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// There is no active account.
    #[error("there is no such account, or it is not active")]
    NotActive,
    /// There is nothing to remove.
    #[error("the account has no second factor")]
    NoSecondFactor,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl RecoverAccount {
    /// Sets a password. Every session and every API key of the account ends; its second factor stays.
    ///
    /// # Errors
    /// See [`RecoverError`].
    pub async fn set_password(
        &self,
        by: &Authority<UpdateUsers>,
        user: UserId,
        password: &NewPassword,
    ) -> Result<(), RecoverError> {
        let hash = self.passwords.hash(password).await?;
        let action = AuditAction::ResetPassword;
        let change = PasswordChange {
            user,
            hash,
            grounds: ChangeGrounds::Operator,
            at: self.clock.now(),
            journal: self.journal(by, user, action, Letter::PasswordChanged),
        };
        let changed = self.accounts.change_password(&change).await;
        let changed = changed.map_err(|error| match error {
            StoreError::Conflict(_) => RecoverError::NotActive,
            StoreError::Outage(outage) => RecoverError::Outage(outage),
        })?;
        let epoch = changed.epoch;
        crate::sessions::forget(&*self.hot, &*self.announcements, &changed.ended).await;
        let change = AccessChange::User { user, epoch };
        self.announcements.announce(&[change]).await;
        Ok(())
    }

    /// Removes the second factor.
    ///
    /// # Errors
    /// See [`RecoverError`].
    pub async fn remove_second_factor(
        &self,
        by: &Authority<UpdateUsers>,
        user: UserId,
    ) -> Result<(), RecoverError> {
        let action = AuditAction::DisableSecondFactor;
        let removal = FactorRemoval {
            user,
            at: self.clock.now(),
            journal: self.journal(by, user, action, Letter::MfaDisabled),
        };
        if self.second_factors.remove(&removal).await? {
            Ok(())
        } else {
            Err(RecoverError::NoSecondFactor)
        }
    }

    fn journal(
        &self,
        by: &Authority<UpdateUsers>,
        user: UserId,
        action: AuditAction,
        letter: Letter,
    ) -> Journal {
        let (id, now) = (self.ids.audit(), self.clock.now());
        let subject = Subject::User(user);
        let entry = AuditEntry::success(id, now, by.party(), action, subject, by.origin());
        with_notice(&*self.ids, entry, user, letter, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::access::standing::AccessEpoch;
    use domain::account::one_time_token::TokenConflict;
    use domain::account::password::{PasswordChanged, PasswordHash};
    use domain::audit::Party;
    use domain::port::accounts::MockAccounts;
    use domain::port::announcements::MockAnnouncements;
    use domain::port::hot_sessions::MockHotSessions;
    use domain::port::password_hasher::MockPasswordHasher;
    use domain::port::second_factors::MockSecondFactors;
    use test_support::{FixedClock, SequentialIds, a_user};

    fn over(accounts: MockAccounts, second_factors: MockSecondFactors) -> RecoverAccount {
        let mut passwords = MockPasswordHasher::new();
        passwords
            .expect_hash()
            .returning(|_| Ok(PasswordHash::restore("hash".to_owned())));
        let mut announcements = MockAnnouncements::new();
        announcements.expect_announce().returning(|_| ());
        RecoverAccount {
            accounts: Arc::new(accounts),
            passwords: Arc::new(passwords),
            second_factors: Arc::new(second_factors),
            hot: Arc::new(MockHotSessions::new()),
            announcements: Arc::new(announcements),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(FixedClock::default()),
        }
    }

    async fn set(accounts: MockAccounts) -> Result<(), RecoverError> {
        let password = NewPassword::parse("correct horse battery").unwrap();
        let recover = over(accounts, MockSecondFactors::new());
        let by = Authority::operator();
        recover.set_password(&by, a_user().id, &password).await
    }

    /// Whether the operator is named, and the person told.
    fn is_told(journal: &Journal) -> bool {
        let mut entries = journal.entries().iter();
        entries.all(|entry| entry.actor == Party::Operator) && journal.jobs().len() == 1
    }

    #[tokio::test]
    async fn a_password_of_the_operator_is_recorded_as_theirs_and_told_by_mail() {
        let mut accounts = MockAccounts::new();
        accounts
            .expect_change_password()
            .once()
            .withf(|change| change.grounds == ChangeGrounds::Operator && is_told(&change.journal))
            .returning(|_| {
                Ok(PasswordChanged {
                    ended: Vec::new(),
                    epoch: AccessEpoch(1),
                })
            });
        set(accounts).await.unwrap();
        let mut accounts = MockAccounts::new();
        accounts
            .expect_change_password()
            .returning(|_| Err(StoreError::Conflict(TokenConflict::Invalid)));
        assert!(matches!(set(accounts).await, Err(RecoverError::NotActive)));
    }

    #[tokio::test]
    async fn a_second_factor_that_is_removed_is_told_and_one_that_is_not_there_is_an_error() {
        for is_there in [true, false] {
            let mut second_factors = MockSecondFactors::new();
            second_factors
                .expect_remove()
                .once()
                .withf(|removal| is_told(&removal.journal))
                .returning(move |_| Ok(is_there));
            let recover = over(MockAccounts::new(), second_factors);
            let by = Authority::operator();
            let removed = recover.remove_second_factor(&by, a_user().id).await;
            assert_eq!(removed.is_ok(), is_there);
        }
    }
}
