//! Accounts: how they come to be, and what signing in needs to know of them.

use async_trait::async_trait;

use crate::access::standing::AccessEpoch;
use crate::account::email::{Email, EmailKey};
use crate::account::locale::Locale;
use crate::account::one_time_token::{TokenConflict, TokenIssue};
use crate::account::password::{PasswordChange, PasswordChanged, PasswordHash, PasswordRehash};
use crate::account::registration::{RegisterConflict, Registration, TurnedAway};
use crate::account::user::{AccountStatus, UserWithRoles};
use crate::account::username::Username;
use crate::account::verification::EmailVerification;
use crate::id::UserId;
use crate::outage::{Outage, StoreError};

/// The accounts; PostgreSQL.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Records a new account with its roles, sign-in identity, session, token, mail and audit trail, atomically.
    ///
    /// # Errors
    /// MUST answer [`RegisterConflict::EmailTaken`] if another account owns the address, else
    /// [`RegisterConflict::UsernameTaken`] if another account owns the name, soft-deleted ones included.
    async fn register(
        &self,
        registration: &Registration,
    ) -> Result<(), StoreError<RegisterConflict>>;

    /// Records that somebody registered with a taken address, and enqueues the mail to its owner, atomically; without the mail if
    /// the owner got [`MAILS_PER_HOUR`] of them within the last hour. Answers whether the mail was enqueued.
    ///
    /// # Errors
    /// MUST answer [`RegisterConflict::UsernameTaken`] if another account owns the name: with a free address the answer would be
    /// the same, so it tells nothing about the address.
    ///
    /// [`MAILS_PER_HOUR`]: crate::account::one_time_token::MAILS_PER_HOUR
    async fn turn_away(&self, turned: &TurnedAway) -> Result<bool, StoreError<RegisterConflict>>;

    /// What signing in by password needs to know of the account with this address, deleted ones included.
    async fn find_credentials(&self, email: &EmailKey) -> Result<Option<Credentials>, Outage>;

    /// The account with its roles; deleted ones are not found.
    async fn find(&self, user: UserId) -> Result<Option<UserWithRoles>, Outage>;

    /// To whom and in which language to write.
    async fn find_recipient(&self, user: UserId) -> Result<Option<Recipient>, Outage>;

    /// Uses the token up and marks the address of its account as confirmed, atomically. Answers the epoch of the
    /// change, since a confirmed address changes what the person may do.
    ///
    /// # Errors
    /// MUST answer [`TokenConflict::Invalid`] if the token is unknown, used, superseded or expired.
    async fn verify_email(
        &self,
        verification: &EmailVerification,
    ) -> Result<AccessEpoch, StoreError<TokenConflict>>;

    /// Records a new token, kills older ones of its purpose, and enqueues the mail. Does nothing and answers `false` when the
    /// account got [`MAILS_PER_HOUR`] tokens of the purpose within the last hour, or has no use for one by now: it is not
    /// active, has no address or, for a verification, a confirmed one.
    ///
    /// [`MAILS_PER_HOUR`]: crate::account::one_time_token::MAILS_PER_HOUR
    async fn issue_token(&self, issue: &TokenIssue) -> Result<bool, Outage>;

    /// Sets a new password and ends sessions, atomically; what exactly depends on the
    /// [`ChangeGrounds`](crate::account::password::ChangeGrounds).
    ///
    /// # Errors
    /// MUST answer [`TokenConflict::Invalid`] if the token is unknown, used, superseded or expired, or the account is not
    /// active.
    async fn change_password(
        &self,
        change: &PasswordChange,
    ) -> Result<PasswordChanged, StoreError<TokenConflict>>;

    /// Replaces a hash by a stronger one of the same password, unless the password was changed meanwhile.
    async fn rehash_password(&self, rehash: &PasswordRehash) -> Result<(), Outage>;

    /// The stored password of an active account.
    async fn find_password(&self, user: UserId) -> Result<Option<PasswordHash>, Outage>;
}

/// What signing in needs to know of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The account with its roles.
    pub account: UserWithRoles,
    /// The stored password; none for an account that signs in through providers only.
    pub password: Option<PasswordHash>,
}

/// To whom and in which language to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The address; none if a provider gave none.
    pub email: Option<Email>,
    /// How to call the person.
    pub username: Username,
    /// In which language.
    pub locale: Locale,
    /// The state of the account: the dead get no mail.
    pub status: AccountStatus,
}
