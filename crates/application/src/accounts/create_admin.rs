//! Making an administrator from the operator's shell.

use std::sync::Arc;

use domain::access::role::RoleName;
use domain::account::email::Email;
use domain::account::locale::Locale;
use domain::account::password::NewPassword;
use domain::account::profile::Biography;
use domain::account::registration::{RegisterConflict, Registration};
use domain::account::user::{AccountStatus, User};
use domain::account::username::Username;
use domain::audit::{AuditAction, AuditEntry, Origin, Party, Subject};
use domain::id::UserId;
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::accounts::Accounts;
use domain::port::clock::Clock;
use domain::port::ids::Ids;
use domain::port::password_hasher::PasswordHasher;
use domain::revision::Revision;

/// Makes an account that holds the roles `user` and `admin`, its address confirmed.
pub struct CreateAdmin {
    /// Records accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Hashes the password.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// The administrator to make.
#[derive(Debug)]
pub struct NewAdmin {
    /// Their address; the operator answers for it.
    pub email: Email,
    /// Their name in URLs; it may be a reserved one.
    pub username: Username,
    /// Their password.
    pub password: NewPassword,
}

/// What was found or made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminCreated {
    /// A new account.
    Created(UserId),
    /// An account with this address was there already; it was left as it is.
    AlreadyThere,
}

/// Why there is no administrator.
#[derive(Debug, thiserror::Error)]
pub enum CreateAdminError {
    /// Another account, with another address, has the name.
    #[error("another account has this user name")]
    UsernameTaken,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl CreateAdmin {
    /// Makes the account, unless one with its address is there.
    ///
    /// # Errors
    /// See [`CreateAdminError`].
    pub async fn run(&self, admin: NewAdmin) -> Result<AdminCreated, CreateAdminError> {
        if self
            .accounts
            .find_credentials(admin.email.key())
            .await?
            .is_some()
        {
            return Ok(AdminCreated::AlreadyThere);
        }
        let password = self.passwords.hash(&admin.password).await?;
        let now = self.clock.now();
        let id = self.ids.user();
        let user = User {
            id,
            username: admin.username,
            display_name: None,
            biography: Biography::default(),
            avatar: None,
            email: Some(admin.email),
            email_verified_at: Some(now),
            locale: Locale::English,
            status: AccountStatus::Active,
            revision: Revision::FIRST,
            created_at: now,
            updated_at: now,
        };
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            Party::Operator,
            AuditAction::CreateAdmin,
            Subject::User(id),
            &Origin::default(),
        );
        let registration = Registration {
            user,
            roles: vec![RoleName::user(), RoleName::admin()],
            password,
            verification: None,
            session: None,
            journal: Journal::new(entry),
        };
        match self.accounts.register(&registration).await {
            Ok(()) => Ok(AdminCreated::Created(id)),
            Err(StoreError::Conflict(RegisterConflict::EmailTaken)) => {
                Ok(AdminCreated::AlreadyThere)
            }
            Err(StoreError::Conflict(RegisterConflict::UsernameTaken)) => {
                Err(CreateAdminError::UsernameTaken)
            }
            Err(StoreError::Outage(outage)) => Err(outage.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::account::password::PasswordHash;
    use domain::account::user::UserWithRoles;
    use domain::port::accounts::{Credentials, MockAccounts};
    use domain::port::password_hasher::MockPasswordHasher;
    use test_support::{FixedClock, SequentialIds, a_user};

    async fn run(accounts: MockAccounts) -> Result<AdminCreated, CreateAdminError> {
        let mut passwords = MockPasswordHasher::new();
        passwords
            .expect_hash()
            .returning(|_| Ok(PasswordHash::restore("hash".to_owned())));
        let use_case = CreateAdmin {
            accounts: Arc::new(accounts),
            passwords: Arc::new(passwords),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(FixedClock::default()),
        };
        let admin = NewAdmin {
            email: Email::parse("admin@example.org").unwrap(),
            username: Username::parse_reserved("admin").unwrap(),
            password: NewPassword::parse("correct horse").unwrap(),
        };
        use_case.run(admin).await
    }

    #[tokio::test]
    async fn an_administrator_starts_confirmed_and_with_both_roles() {
        let mut accounts = MockAccounts::new();
        accounts.expect_find_credentials().returning(|_| Ok(None));
        accounts
            .expect_register()
            .once()
            .withf(|made| {
                made.roles == [RoleName::user(), RoleName::admin()]
                    && made.user.email_verified_at.is_some()
                    && made.session.is_none()
            })
            .returning(|_| Ok(()));
        assert!(matches!(run(accounts).await, Ok(AdminCreated::Created(_))));
    }

    #[tokio::test]
    async fn an_account_that_is_there_is_left_alone() {
        let mut accounts = MockAccounts::new();
        let account = UserWithRoles {
            user: a_user(),
            roles: Vec::new(),
        };
        accounts.expect_find_credentials().returning(move |_| {
            Ok(Some(Credentials {
                account: account.clone(),
                password: None,
            }))
        });
        assert_eq!(run(accounts).await.unwrap(), AdminCreated::AlreadyThere);
    }

    #[tokio::test]
    async fn a_name_of_somebody_else_is_an_error() {
        let mut accounts = MockAccounts::new();
        accounts.expect_find_credentials().returning(|_| Ok(None));
        accounts
            .expect_register()
            .returning(|_| Err(StoreError::Conflict(RegisterConflict::UsernameTaken)));
        assert!(matches!(
            run(accounts).await,
            Err(CreateAdminError::UsernameTaken)
        ));
    }
}
