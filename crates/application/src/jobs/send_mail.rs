//! Rendering and sending one mail.

use std::sync::Arc;

use domain::account::email::Email;
use domain::account::one_time_token::TokenPurpose;
use domain::account::user::AccountStatus;
use domain::job::{ClaimedJob, MailOrder, MailToken};
use domain::outage::{BoxError, Outage};
use domain::port::accounts::{Accounts, Recipient};
use domain::port::clock::Clock;
use domain::port::mailer::{Mail, MailAction, MailError, Mailer};
use domain::port::one_time_tokens::{OneTimeTokenCodec, OneTimeTokens};
use domain::secret::Secret;

/// Turns an order into a mail at the moment of sending, so that no secret and no address rests in the queue.
pub struct SendMail {
    /// Knows whom to write to.
    pub accounts: Arc<dyn Accounts>,
    /// Knows which tokens are open.
    pub tokens: Arc<dyn OneTimeTokens>,
    /// Writes tokens.
    pub codec: Arc<dyn OneTimeTokenCodec>,
    /// Sends.
    pub mailer: Arc<dyn Mailer>,
    /// Where the pages are that links lead to, without a slash at the end.
    pub pages: String,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// How an order ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailOutcome {
    /// The mail was handed over.
    Sent,
    /// There is nobody to write to, or nothing to say, any more.
    NotNeeded,
}

/// Why an order was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum SendMailError {
    /// Trying again later may help.
    #[error(transparent)]
    Temporary(BoxError),
    /// Trying again cannot help.
    #[error(transparent)]
    Permanent(BoxError),
}

impl From<Outage> for SendMailError {
    fn from(outage: Outage) -> Self {
        Self::Temporary(Box::new(outage))
    }
}

impl SendMail {
    /// Sends the mail that a job orders.
    ///
    /// # Errors
    /// See [`SendMailError`].
    pub async fn run(
        &self,
        job: &ClaimedJob,
        order: &MailOrder,
    ) -> Result<MailOutcome, SendMailError> {
        let recipient = self.accounts.find_recipient(order.user).await?;
        let Some(Recipient {
            email,
            username,
            locale,
            status,
        }) = recipient
        else {
            return Ok(MailOutcome::NotNeeded);
        };
        let Some(to) = self.address(order.token, email).await? else {
            return Ok(MailOutcome::NotNeeded);
        };
        if status == AccountStatus::Deleted && !order.letter.reaches_the_deleted() {
            return Ok(MailOutcome::NotNeeded);
        }
        let action = match order.token {
            None => None,
            Some(token) => match self.action(token).await? {
                None if !order.letter.stands_without_its_token() => {
                    return Ok(MailOutcome::NotNeeded);
                }
                action => action,
            },
        };
        let mail = Mail {
            job: job.id,
            to,
            username,
            locale,
            letter: order.letter,
            detail: order.detail.clone(),
            at: job.enqueued_at,
            action,
        };
        match self.mailer.send(&mail).await {
            Ok(()) => Ok(MailOutcome::Sent),
            Err(MailError::Unavailable(source)) => Err(SendMailError::Temporary(source)),
            Err(MailError::Rejected(source)) => Err(SendMailError::Permanent(source)),
        }
    }

    /// Where the mail goes: to the address that its token is bound to, else to that of the account.
    async fn address(
        &self,
        token: Option<MailToken>,
        own: Option<Email>,
    ) -> Result<Option<Email>, Outage> {
        match token {
            Some(token) if token.purpose.is_bound_to_an_address() => {
                self.tokens.find_address(token.id).await
            }
            _ => Ok(own),
        }
    }

    /// What the token lets the person do; nothing once it was used, superseded or has expired.
    async fn action(&self, token: MailToken) -> Result<Option<MailAction>, Outage> {
        let Some(page) = page(token.purpose) else {
            return Ok(None);
        };
        let record = self.tokens.find(token.id).await?;
        let now = self.clock.now();
        let open = record.filter(|record| record.serves(token.purpose, now));
        Ok(open.map(|record| {
            let text = self.codec.write(token.id, token.purpose);
            let link = format!("{}/{page}#token={}", self.pages, text.expose());
            MailAction {
                link: Secret::new(link),
                token: text,
                expires_at: record.expires_at,
            }
        }))
    }
}

/// The page of the frontend that takes a token of this purpose; none for a token that no mail brings.
const fn page(purpose: TokenPurpose) -> Option<&'static str> {
    match purpose {
        TokenPurpose::VerifyEmail => Some("verify-email"),
        TokenPurpose::ResetPassword => Some("reset-password"),
        TokenPurpose::ChangeEmail => Some("confirm-email"),
        TokenPurpose::UndoEmailChange => Some("undo-email-change"),
        TokenPurpose::NotMe => Some("not-me"),
        TokenPurpose::Mfa
        | TokenPurpose::ProviderFlow
        | TokenPurpose::Exchange
        | TokenPurpose::ConfirmLink => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use domain::account::locale::Locale;
    use domain::account::one_time_token::OneTimeToken;
    use domain::account::username::Username;
    use domain::job::{Job, Letter};
    use domain::port::accounts::MockAccounts;
    use domain::port::ids::Ids;
    use domain::port::mailer::MockMailer;
    use domain::port::one_time_tokens::{MockOneTimeTokenCodec, MockOneTimeTokens};
    use test_support::{FixedClock, SequentialIds, a_user};

    async fn run(
        status: AccountStatus,
        life_left: Option<TimeDelta>,
        mailer: MockMailer,
    ) -> Result<MailOutcome, SendMailError> {
        let (user, now) = (a_user().id, FixedClock::default().now());
        let token = SequentialIds::default().token();
        let record = OneTimeToken::new(token, user, TokenPurpose::VerifyEmail, now);
        let order = MailOrder::with_token(&record, Letter::VerifyEmail);
        run_order(status, life_left, mailer, order).await
    }

    async fn run_order(
        status: AccountStatus,
        life_left: Option<TimeDelta>,
        mailer: MockMailer,
        order: MailOrder,
    ) -> Result<MailOutcome, SendMailError> {
        let ids = SequentialIds::default();
        let (user, token, now) = (order.user, ids.token(), FixedClock::default().now());
        let recipient = Recipient {
            email: Email::parse("alice@example.org").ok(),
            username: Username::parse("alice").unwrap(),
            locale: Locale::English,
            status,
        };
        let mut accounts = MockAccounts::new();
        accounts
            .expect_find_recipient()
            .returning(move |_| Ok(Some(recipient.clone())));
        let mut tokens = MockOneTimeTokens::new();
        let record = life_left.map(|left| OneTimeToken {
            id: token,
            user,
            purpose: TokenPurpose::VerifyEmail,
            created_at: now,
            expires_at: now + left,
        });
        tokens.expect_find().returning(move |_| Ok(record));
        let mut codec = MockOneTimeTokenCodec::new();
        codec
            .expect_write()
            .returning(|_, _| Secret::new("sho_secret".to_owned()));
        let use_case = SendMail {
            accounts: Arc::new(accounts),
            tokens: Arc::new(tokens),
            codec: Arc::new(codec),
            mailer: Arc::new(mailer),
            pages: "https://scripthub.example".to_owned(),
            clock: Arc::new(FixedClock::default()),
        };
        let job = ClaimedJob {
            id: ids.job(),
            lease: ids.lease(),
            attempt: 1,
            job: Job::SendMail(order.clone()),
            enqueued_at: now,
        };
        use_case.run(&job, &order).await
    }

    #[tokio::test]
    async fn the_link_carries_the_token_where_no_server_sees_it() {
        let mut mailer = MockMailer::new();
        mailer
            .expect_send()
            .once()
            .withf(|mail| {
                let link = mail.action.as_ref().unwrap().link.expose();
                link == "https://scripthub.example/verify-email#token=sho_secret"
            })
            .returning(|_| Ok(()));
        assert_eq!(
            run(AccountStatus::Active, Some(TimeDelta::hours(1)), mailer)
                .await
                .unwrap(),
            MailOutcome::Sent
        );
    }

    #[tokio::test]
    async fn expired_and_used_tokens_and_deleted_accounts_get_no_mail() {
        for (status, life_left) in [
            (AccountStatus::Active, Some(TimeDelta::zero())),
            (AccountStatus::Active, None),
            (AccountStatus::Deleted, Some(TimeDelta::hours(1))),
        ] {
            assert_eq!(
                run(status, life_left, MockMailer::new()).await.unwrap(),
                MailOutcome::NotNeeded
            );
        }
    }

    #[tokio::test]
    async fn the_deleted_get_the_mail_that_says_so_and_no_other() {
        for letter in Letter::ALL.iter().copied() {
            let is_sent = matches!(letter, Letter::AccountDeleted | Letter::AccountRemoved);
            let mut mailer = MockMailer::new();
            mailer
                .expect_send()
                .times(usize::from(is_sent))
                .returning(|_| Ok(()));
            let order = MailOrder::notice(a_user().id, letter);
            let outcome = run_order(AccountStatus::Deleted, None, mailer, order).await;
            let expected = if is_sent {
                MailOutcome::Sent
            } else {
                MailOutcome::NotNeeded
            };
            assert_eq!(outcome.unwrap(), expected, "{letter:?}");
        }
    }

    #[tokio::test]
    async fn a_server_that_is_away_is_temporary_and_a_refusal_is_permanent() {
        let mut away = MockMailer::new();
        away.expect_send()
            .returning(|_| Err(MailError::Unavailable("connection refused".into())));
        assert!(matches!(
            run(AccountStatus::Active, Some(TimeDelta::hours(1)), away).await,
            Err(SendMailError::Temporary(_))
        ));
        let mut refusing = MockMailer::new();
        refusing
            .expect_send()
            .returning(|_| Err(MailError::Rejected("no such mailbox".into())));
        assert!(matches!(
            run(AccountStatus::Active, Some(TimeDelta::hours(1)), refusing).await,
            Err(SendMailError::Permanent(_))
        ));
    }
}
