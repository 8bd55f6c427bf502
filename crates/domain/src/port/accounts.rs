//! Accounts: how they come to be, and what signing in needs to know of them.

use async_trait::async_trait;

use crate::access::standing::AccessEpoch;
use crate::account::email::{Email, EmailKey};
use crate::account::locale::Locale;
use crate::account::password::PasswordHash;
use crate::account::registration::{RegisterConflict, Registration};
use crate::account::user::{AccountStatus, UserWithRoles};
use crate::account::username::Username;
use crate::account::verification::{EmailVerification, TokenConflict, VerificationRenewal};
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

    /// Records a new verification token, kills older ones of the account, and enqueues the mail. Does nothing and
    /// answers `false` when the account got [`VERIFICATION_MAILS_PER_HOUR`] tokens within the last hour, or is
    /// confirmed or not active by now.
    ///
    /// [`VERIFICATION_MAILS_PER_HOUR`]: crate::account::verification::VERIFICATION_MAILS_PER_HOUR
    async fn renew_verification(&self, renewal: &VerificationRenewal) -> Result<bool, Outage>;
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
