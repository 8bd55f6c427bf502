//! Suspending accounts, letting people in again, signing them out, deleting and restoring.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::access::authority::Authority;
use domain::access::proof::{DeleteUsers, RestoreUsers, SuspendUsers};
use domain::access::standing::AccessChange;
use domain::account::supervision::{
    StaffAct, StaffConflict, StaffDecision, StaffDecisionMade, Suspension,
};
use domain::account::user::AccountStatus;
use domain::audit::{AuditAction, AuditEntry, Facts, Subject};
use domain::id::UserId;
use domain::job::{Letter, MailOrder};
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::announcements::Announcements;
use domain::port::clock::Clock;
use domain::port::hot_sessions::HotSessions;
use domain::port::ids::Ids;
use domain::port::supervised_accounts::SupervisedAccounts;

/// Does to the account of somebody else what staff may do; nodes see it within a second.
pub struct ActOnAccount {
    /// Writes what is decided.
    pub accounts: Arc<dyn SupervisedAccounts>,
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
pub enum ActError {
    /// There is no such account.
    #[error("there is no such account")]
    NotFound,
    /// It is one's own: nobody puts themselves out by a slip.
    #[error("this is your own account")]
    OwnAccount,
    /// The end of the suspension lies in the past.
    #[error("the suspension would have ended already")]
    EndsInThePast,
    /// The account may do what the actor may not.
    #[error("the account holds permissions that you do not hold")]
    Above,
    /// The account is not in a state that the act is for, or it is too late.
    #[error("the account is {}", .0.name())]
    WrongState(AccountStatus),
    /// Nobody else administers the platform.
    #[error("this is the last account that administers the platform")]
    LastAdmin,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl From<StaffConflict> for ActError {
    fn from(conflict: StaffConflict) -> Self {
        match conflict {
            StaffConflict::NotFound => Self::NotFound,
            StaffConflict::Above => Self::Above,
            StaffConflict::WrongState(status) => Self::WrongState(status),
            StaffConflict::LastAdmin => Self::LastAdmin,
        }
    }
}

impl ActOnAccount {
    /// Suspends an account; of one that is suspended already it changes reason and end. Its sessions end.
    ///
    /// # Errors
    /// See [`ActError`].
    pub async fn suspend(
        &self,
        by: &Authority<SuspendUsers>,
        user: UserId,
        suspension: Suspension,
    ) -> Result<(), ActError> {
        not_oneself(by, user)?;
        if suspension
            .until
            .is_some_and(|until| until <= self.clock.now())
        {
            return Err(ActError::EndsInThePast);
        }
        self.perform(by, user, StaffAct::Suspend(suspension)).await
    }

    /// Lets the person of a suspended account in again.
    ///
    /// # Errors
    /// See [`ActError`].
    pub async fn lift_suspension(
        &self,
        by: &Authority<SuspendUsers>,
        user: UserId,
    ) -> Result<(), ActError> {
        self.perform(by, user, StaffAct::LiftSuspension).await
    }

    /// Ends all sessions of an account.
    ///
    /// # Errors
    /// See [`ActError`].
    pub async fn sign_out(
        &self,
        by: &Authority<SuspendUsers>,
        user: UserId,
    ) -> Result<(), ActError> {
        self.perform(by, user, StaffAct::SignOut).await
    }

    /// Deletes an account softly, so that only staff can bring it back.
    ///
    /// # Errors
    /// See [`ActError`].
    pub async fn delete(&self, by: &Authority<DeleteUsers>, user: UserId) -> Result<(), ActError> {
        not_oneself(by, user)?;
        self.perform(by, user, StaffAct::Delete).await
    }

    /// Brings a deleted account back, with the suspension that it may have had.
    ///
    /// # Errors
    /// See [`ActError`].
    pub async fn restore(
        &self,
        by: &Authority<RestoreUsers>,
        user: UserId,
    ) -> Result<(), ActError> {
        self.perform(by, user, StaffAct::Restore).await
    }

    async fn perform<P>(
        &self,
        by: &Authority<P>,
        user: UserId,
        act: StaffAct,
    ) -> Result<(), ActError> {
        let now = self.clock.now();
        let decision = StaffDecision {
            user,
            by: by.person(),
            journal: self.journal(by, user, &act, now),
            act,
            at: now,
        };
        let StaffDecisionMade { ended, epoch } =
            self.accounts
                .decide(&decision)
                .await
                .map_err(|error| match error {
                    StoreError::Conflict(conflict) => conflict.into(),
                    StoreError::Outage(outage) => ActError::Outage(outage),
                })?;
        crate::sessions::forget(&*self.hot, &*self.announcements, &ended).await;
        let change = AccessChange::User { user, epoch };
        self.announcements.announce(&[change]).await;
        Ok(())
    }

    fn journal<P>(
        &self,
        by: &Authority<P>,
        user: UserId,
        act: &StaffAct,
        now: DateTime<Utc>,
    ) -> Journal {
        let (action, letter) = match act {
            StaffAct::Suspend(_) => (AuditAction::SuspendAccount, Some(Letter::AccountSuspended)),
            StaffAct::LiftSuspension => {
                (AuditAction::LiftSuspension, Some(Letter::SuspensionLifted))
            }
            StaffAct::SignOut => (AuditAction::RevokeSessions, None),
            StaffAct::Delete => (AuditAction::DeleteAccount, Some(Letter::AccountRemoved)),
            StaffAct::Restore => (AuditAction::RestoreAccount, Some(Letter::AccountRestored)),
        };
        let (id, subject) = (self.ids.audit(), Subject::User(user));
        let entry = AuditEntry::success(id, now, by.party(), action, subject, by.origin())
            .with_change(Facts::none(), facts(act));
        let journal = Journal::new(entry);
        match letter {
            Some(letter) => {
                let notice = MailOrder::notice(user, letter).naming(reason(act));
                journal.enqueue(crate::accounts::mail(&*self.ids, notice, now))
            }
            None => journal,
        }
    }
}

fn not_oneself<P>(by: &Authority<P>, user: UserId) -> Result<(), ActError> {
    if by.person() == Some(user) {
        Err(ActError::OwnAccount)
    } else {
        Ok(())
    }
}

/// What the person is told besides.
fn reason(act: &StaffAct) -> Option<String> {
    match act {
        StaffAct::Suspend(suspension) => Some(suspension.reason.as_str().to_owned()),
        StaffAct::LiftSuspension | StaffAct::SignOut | StaffAct::Delete | StaffAct::Restore => None,
    }
}

fn facts(act: &StaffAct) -> Facts {
    let StaffAct::Suspend(suspension) = act else {
        return Facts::none();
    };
    let until = suspension.until.map(|until| until.to_rfc3339());
    Facts::none()
        .with("reason", suspension.reason.as_str())
        .with("until", until.as_deref())
}

#[cfg(test)]
mod tests;
