//! "This was not me": taking an account back by a token out of a notice.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::access::standing::AccessChange;
use domain::account::lockdown::{Lockdown, LockdownConflict, LockdownGrounds, LockedDown};
use domain::account::one_time_token::TokenPurpose;
use domain::audit::{AuditAction, AuditEntry, Origin, Party, Subject};
use domain::id::{TokenId, UserId};
use domain::job::Letter;
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::announcements::Announcements;
use domain::port::clock::Clock;
use domain::port::hot_sessions::HotSessions;
use domain::port::ids::Ids;
use domain::port::lockdowns::Lockdowns;
use domain::port::one_time_tokens::{OneTimeTokenCodec, OneTimeTokens};

/// Throws everybody out of an account and mails its owner a token that sets a new password.
pub struct LockDown {
    /// Reads tokens.
    pub codec: Arc<dyn OneTimeTokenCodec>,
    /// Knows which tokens are open.
    pub tokens: Arc<dyn OneTimeTokens>,
    /// Locks accounts down.
    pub lockdowns: Arc<dyn Lockdowns>,
    /// The hot copies of sessions.
    pub hot: Arc<dyn HotSessions>,
    /// Tells the nodes.
    pub announcements: Arc<dyn Announcements>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why nobody was thrown out.
#[derive(Debug, thiserror::Error)]
pub enum LockDownError {
    /// The token is none of ours, used, superseded or expired: deliberately one answer.
    #[error("the token is not valid")]
    TokenInvalid,
    /// Another account has confirmed the address to put back; told only to whoever reads its mail.
    #[error("another account has the address")]
    EmailTaken,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl LockDown {
    /// Locks the account down by the token of such a notice.
    ///
    /// # Errors
    /// See [`LockDownError`].
    pub async fn run(
        &self,
        grounds: LockdownGrounds,
        token: &str,
        origin: &Origin,
    ) -> Result<(), LockDownError> {
        let now = self.clock.now();
        let (id, user) = self.open(grounds, token, now).await?;
        let lockdown = self.lockdown(grounds, id, user, now, origin);
        let locked = self.lockdowns.lock_down(&lockdown).await;
        let LockedDown { ended, epoch } = locked.map_err(|error| match error {
            StoreError::Conflict(LockdownConflict::TokenInvalid) => LockDownError::TokenInvalid,
            StoreError::Conflict(LockdownConflict::EmailTaken) => LockDownError::EmailTaken,
            StoreError::Outage(outage) => LockDownError::Outage(outage),
        })?;
        crate::sessions::forget(&*self.hot, &*self.announcements, &ended).await;
        self.announcements
            .announce(&[AccessChange::User { user, epoch }])
            .await;
        Ok(())
    }

    async fn open(
        &self,
        grounds: LockdownGrounds,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<(TokenId, UserId), LockDownError> {
        let Ok(id) = self.codec.read(token, grounds.purpose()) else {
            return Err(LockDownError::TokenInvalid);
        };
        let record = self.tokens.find(id).await?;
        let record = record.filter(|record| record.serves(grounds.purpose(), now));
        let record = record.ok_or(LockDownError::TokenInvalid)?;
        Ok((id, record.user))
    }

    fn lockdown(
        &self,
        grounds: LockdownGrounds,
        token: TokenId,
        user: UserId,
        now: DateTime<Utc>,
        origin: &Origin,
    ) -> Lockdown {
        let action = match grounds {
            LockdownGrounds::NotMe => AuditAction::LockDown,
            LockdownGrounds::UndoEmailChange => AuditAction::UndoEmailChange,
        };
        let (id, subject) = (self.ids.audit(), Subject::User(user));
        let entry = AuditEntry::success(id, now, Party::User(user), action, subject, origin);
        let loss = matches!(grounds, LockdownGrounds::UndoEmailChange).then(|| {
            AuditEntry::success(
                self.ids.audit(),
                now,
                Party::System,
                AuditAction::LoseEmail,
                Subject::None,
                &Origin::default(),
            )
        });
        let purpose = TokenPurpose::ResetPassword;
        let (reset, mail) = super::mailed_token(&*self.ids, user, purpose, Letter::LockedDown, now);
        Lockdown {
            token,
            user,
            grounds,
            at: now,
            reset,
            loss,
            journal: Journal::new(entry).enqueue(mail),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::access::standing::AccessEpoch;
    use domain::account::one_time_token::OneTimeToken;
    use domain::port::announcements::MockAnnouncements;
    use domain::port::hot_sessions::MockHotSessions;
    use domain::port::lockdowns::MockLockdowns;
    use domain::port::one_time_tokens::{MockOneTimeTokenCodec, MockOneTimeTokens};
    use test_support::{FixedClock, SequentialIds, a_session, a_user};

    async fn run(
        grounds: LockdownGrounds,
        purpose: TokenPurpose,
        lockdowns: MockLockdowns,
    ) -> Result<(), LockDownError> {
        let (user, now) = (a_user().id, FixedClock::default().now());
        let id = SequentialIds::default().token();
        let mut codec = MockOneTimeTokenCodec::new();
        codec.expect_read().returning(move |_, _| Ok(id));
        let mut tokens = MockOneTimeTokens::new();
        let record = OneTimeToken::new(id, user, purpose, now);
        tokens.expect_find().returning(move |_| Ok(Some(record)));
        let mut hot = MockHotSessions::new();
        hot.expect_forget().returning(|_| Ok(()));
        let mut announcements = MockAnnouncements::new();
        announcements.expect_announce().return_const(());
        let use_case = LockDown {
            codec: Arc::new(codec),
            tokens: Arc::new(tokens),
            lockdowns: Arc::new(lockdowns),
            hot: Arc::new(hot),
            announcements: Arc::new(announcements),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(FixedClock::default()),
        };
        use_case.run(grounds, "sho_token", &Origin::default()).await
    }

    #[tokio::test]
    async fn whoever_says_not_me_gets_a_reset_by_mail_and_everybody_is_thrown_out() {
        for grounds in [LockdownGrounds::NotMe, LockdownGrounds::UndoEmailChange] {
            let mut lockdowns = MockLockdowns::new();
            lockdowns
                .expect_lock_down()
                .once()
                .withf(move |lockdown| {
                    lockdown.grounds == grounds
                        && lockdown.reset.purpose == TokenPurpose::ResetPassword
                        && lockdown.journal.jobs().len() == 1
                })
                .returning(|lockdown| {
                    Ok(LockedDown {
                        ended: vec![a_session(lockdown.user).id],
                        epoch: AccessEpoch(7),
                    })
                });
            run(grounds, grounds.purpose(), lockdowns).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_token_of_another_kind_of_notice_locks_nothing() {
        let purpose = TokenPurpose::UndoEmailChange;
        assert!(matches!(
            run(LockdownGrounds::NotMe, purpose, MockLockdowns::new()).await,
            Err(LockDownError::TokenInvalid)
        ));
    }
}
