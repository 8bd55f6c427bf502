//! Confirming a new address by a token out of a mail to it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::access::standing::AccessChange;
use domain::account::email::Email;
use domain::account::email_change::{
    AddressedToken, EmailChangeConfirmation, EmailChangeConflict, EmailChanged,
};
use domain::account::one_time_token::{OneTimeToken, TokenPurpose};
use domain::account::user::UserWithRoles;
use domain::audit::{AuditAction, AuditEntry, Origin, Party, Subject};
use domain::id::{TokenId, UserId};
use domain::job::{Letter, MailOrder};
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::accounts::Accounts;
use domain::port::announcements::Announcements;
use domain::port::clock::Clock;
use domain::port::email_changes::EmailChanges;
use domain::port::ids::Ids;
use domain::port::one_time_tokens::{OneTimeTokenCodec, OneTimeTokens};

/// Puts the new address in the place of the one before, and tells both.
pub struct ConfirmEmailChange {
    /// Reads tokens.
    pub codec: Arc<dyn OneTimeTokenCodec>,
    /// Knows which tokens are open.
    pub tokens: Arc<dyn OneTimeTokens>,
    /// Knows the accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Changes addresses.
    pub email_changes: Arc<dyn EmailChanges>,
    /// Tells the nodes that the person may do more now.
    pub announcements: Arc<dyn Announcements>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why the address is what it was.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmEmailChangeError {
    /// The token is none of ours, used, superseded or expired: deliberately one answer.
    #[error("the token is not valid")]
    TokenInvalid,
    /// Another account has the address; told only to whoever reads its mail.
    #[error("another account has the address")]
    EmailTaken,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl ConfirmEmailChange {
    /// Changes the address; answers the account.
    ///
    /// # Errors
    /// See [`ConfirmEmailChangeError`].
    pub async fn run(
        &self,
        token: &str,
        origin: &Origin,
    ) -> Result<UserWithRoles, ConfirmEmailChangeError> {
        let now = self.clock.now();
        let (id, user) = self.open(token, now).await?;
        let before = self.find(user).await?.user.email;
        let confirmation = self.confirmation(id, user, before, now, origin);
        let changed = self.email_changes.confirm(&confirmation).await;
        let EmailChanged { epoch } = changed.map_err(|error| match error {
            StoreError::Conflict(EmailChangeConflict::TokenInvalid) => {
                ConfirmEmailChangeError::TokenInvalid
            }
            StoreError::Conflict(EmailChangeConflict::EmailTaken) => {
                ConfirmEmailChangeError::EmailTaken
            }
            StoreError::Outage(outage) => ConfirmEmailChangeError::Outage(outage),
        })?;
        self.announcements
            .announce(&[AccessChange::User { user, epoch }])
            .await;
        self.find(user).await
    }

    async fn open(
        &self,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<(TokenId, UserId), ConfirmEmailChangeError> {
        let purpose = TokenPurpose::ChangeEmail;
        let Ok(id) = self.codec.read(token, purpose) else {
            return Err(ConfirmEmailChangeError::TokenInvalid);
        };
        let record = self.tokens.find(id).await?;
        let record = record.filter(|record| record.serves(purpose, now));
        let record = record.ok_or(ConfirmEmailChangeError::TokenInvalid)?;
        Ok((id, record.user))
    }

    async fn find(&self, user: UserId) -> Result<UserWithRoles, ConfirmEmailChangeError> {
        let account = self.accounts.find(user).await?;
        account.ok_or(ConfirmEmailChangeError::TokenInvalid)
    }

    fn confirmation(
        &self,
        token: TokenId,
        user: UserId,
        before: Option<Email>,
        now: DateTime<Utc>,
        origin: &Origin,
    ) -> EmailChangeConfirmation {
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            Party::User(user),
            AuditAction::ChangeEmail,
            Subject::User(user),
            origin,
        );
        let notice = MailOrder::notice(user, Letter::EmailChanged);
        let mut journal = Journal::new(entry).enqueue(super::mail(&*self.ids, notice, now));
        let purpose = TokenPurpose::UndoEmailChange;
        let undo = before.map(|address| AddressedToken {
            token: OneTimeToken::new(self.ids.token(), user, purpose, now),
            address,
        });
        if let Some(undo) = &undo {
            let order = MailOrder::with_token(&undo.token, Letter::EmailReplaced);
            journal = journal.enqueue(super::mail(&*self.ids, order, now));
        }
        EmailChangeConfirmation {
            token,
            user,
            undo,
            at: now,
            journal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::access::standing::AccessEpoch;
    use domain::port::accounts::MockAccounts;
    use domain::port::announcements::MockAnnouncements;
    use domain::port::email_changes::MockEmailChanges;
    use domain::port::one_time_tokens::{MockOneTimeTokenCodec, MockOneTimeTokens};
    use test_support::{FixedClock, SequentialIds, a_user};

    async fn run(
        purpose: TokenPurpose,
        answer: Result<EmailChanged, EmailChangeConflict>,
    ) -> Result<UserWithRoles, ConfirmEmailChangeError> {
        let (user, now) = (a_user(), FixedClock::default().now());
        let id = SequentialIds::default().token();
        let mut codec = MockOneTimeTokenCodec::new();
        codec.expect_read().returning(move |_, _| Ok(id));
        let mut tokens = MockOneTimeTokens::new();
        let record = OneTimeToken::new(id, user.id, purpose, now);
        tokens.expect_find().returning(move |_| Ok(Some(record)));
        let mut accounts = MockAccounts::new();
        accounts.expect_find().returning(move |_| {
            Ok(Some(UserWithRoles {
                user: user.clone(),
                roles: Vec::new(),
            }))
        });
        let mut email_changes = MockEmailChanges::new();
        email_changes
            .expect_confirm()
            .withf(|confirmation| {
                confirmation.undo.is_some() && confirmation.journal.jobs().len() == 2
            })
            .returning(move |_| answer.map_err(StoreError::Conflict));
        let mut announcements = MockAnnouncements::new();
        announcements
            .expect_announce()
            .times(usize::from(
                answer.is_ok() && purpose == TokenPurpose::ChangeEmail,
            ))
            .return_const(());
        let use_case = ConfirmEmailChange {
            codec: Arc::new(codec),
            tokens: Arc::new(tokens),
            accounts: Arc::new(accounts),
            email_changes: Arc::new(email_changes),
            announcements: Arc::new(announcements),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(FixedClock::default()),
        };
        use_case.run("sho_token", &Origin::default()).await
    }

    const CHANGED: EmailChanged = EmailChanged {
        epoch: AccessEpoch(7),
    };

    #[tokio::test]
    async fn a_good_token_changes_the_address_and_both_addresses_are_told() {
        run(TokenPurpose::ChangeEmail, Ok(CHANGED)).await.unwrap();
    }

    #[tokio::test]
    async fn a_token_for_something_else_changes_nothing() {
        assert!(matches!(
            run(TokenPurpose::VerifyEmail, Ok(CHANGED)).await,
            Err(ConfirmEmailChangeError::TokenInvalid)
        ));
    }

    #[tokio::test]
    async fn an_address_that_somebody_has_by_now_stays_theirs() {
        let taken = Err(EmailChangeConflict::EmailTaken);
        assert!(matches!(
            run(TokenPurpose::ChangeEmail, taken).await,
            Err(ConfirmEmailChangeError::EmailTaken)
        ));
    }
}
