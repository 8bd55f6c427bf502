//! Joining with e-mail and password.

use std::sync::Arc;

use domain::access::role::RoleName;
use domain::account::email::Email;
use domain::account::locale::Locale;
use domain::account::one_time_token::TokenPurpose;
use domain::account::password::NewPassword;
use domain::account::profile::{Biography, DisplayName};
use domain::account::registration::{RegisterConflict, Registration};
use domain::account::user::{AccountStatus, User, UserWithRoles};
use domain::account::username::Username;
use domain::audit::{AuditAction, AuditEntry, Facts, Origin, Party, Subject};
use domain::job::Letter;
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::accounts::Accounts;
use domain::port::clock::Clock;
use domain::port::hot_sessions::HotSessions;
use domain::port::ids::Ids;
use domain::port::password_hasher::PasswordHasher;
use domain::port::password_strength::{PasswordStrength, WeakPassword};
use domain::revision::Revision;

use crate::sessions::issue::TokenIssuer;
use crate::sessions::sign_in::SignedIn;

/// Makes an account and signs its person in.
pub struct Register {
    /// Records accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Judges the password.
    pub strength: Arc<dyn PasswordStrength>,
    /// Hashes the password.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Keeps sessions hot.
    pub hot: Arc<dyn HotSessions>,
    /// Makes tokens.
    pub issuer: TokenIssuer,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Somebody wants to join.
#[derive(Debug)]
pub struct RegisterUser {
    /// Their address.
    pub email: Email,
    /// Their name in URLs.
    pub username: Username,
    /// Their password.
    pub password: NewPassword,
    /// Their name in front of people, when it is another one.
    pub display_name: Option<DisplayName>,
    /// The language of their mails.
    pub locale: Locale,
    /// Where the request came from.
    pub origin: Origin,
}

/// Why there is no new account.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// Another account has the address.
    #[error("the address is taken")]
    EmailTaken,
    /// Another account has the name.
    #[error("the name is taken")]
    UsernameTaken,
    /// The password is too easy to guess.
    #[error(transparent)]
    WeakPassword(#[from] WeakPassword),
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl Register {
    /// Makes the account: one write with role, identity, session, token, mail and audit row.
    ///
    /// # Errors
    /// See [`RegisterError`].
    pub async fn run(&self, command: RegisterUser) -> Result<SignedIn, RegisterError> {
        self.judge(&command)?;
        let password = self.passwords.hash(&command.password).await?;
        let now = self.clock.now();
        let user = User {
            id: self.ids.user(),
            username: command.username,
            display_name: command.display_name,
            biography: Biography::default(),
            email: Some(command.email),
            email_verified_at: None,
            locale: command.locale,
            status: AccountStatus::Active,
            revision: Revision::FIRST,
            created_at: now,
            updated_at: now,
        };
        let session = self
            .issuer
            .begin(self.ids.session(), user.id, now, &command.origin);
        let tokens = self.issuer.first_pair(&session)?;
        let purpose = TokenPurpose::VerifyEmail;
        let (verification, mail) =
            super::mailed_token(&*self.ids, user.id, purpose, Letter::VerifyEmail, now);
        let after = Facts::none().with("username", user.username.as_str());
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            Party::User(user.id),
            AuditAction::Register,
            Subject::User(user.id),
            &command.origin,
        )
        .with_change(Facts::none(), after);
        let registration = Registration {
            user,
            roles: vec![RoleName::user()],
            password,
            verification: Some(verification),
            session: Some(session),
            journal: Journal::new(entry).enqueue(mail),
        };
        self.accounts
            .register(&registration)
            .await
            .map_err(RegisterError::from_store)?;
        if let Some(session) = &registration.session {
            crate::sessions::warm(&*self.hot, session.id, session.user, &session.rotation).await;
        }
        Ok(SignedIn {
            account: UserWithRoles {
                user: registration.user,
                roles: registration.roles,
            },
            tokens,
        })
    }

    fn judge(&self, command: &RegisterUser) -> Result<(), WeakPassword> {
        let display_name = command.display_name.as_ref().map(DisplayName::as_str);
        let about = super::words_about(&command.username, Some(&command.email), display_name);
        self.strength.judge(&command.password, &about)
    }
}

impl RegisterError {
    fn from_store(error: StoreError<RegisterConflict>) -> Self {
        match error {
            StoreError::Conflict(RegisterConflict::EmailTaken) => Self::EmailTaken,
            StoreError::Conflict(RegisterConflict::UsernameTaken) => Self::UsernameTaken,
            StoreError::Outage(outage) => Self::Outage(outage),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::account::password::PasswordHash;
    use domain::job::{Job, Letter, MailOrder};
    use domain::outage::Dependency;
    use domain::port::access_tokens::MockAccessTokens;
    use domain::port::accounts::MockAccounts;
    use domain::port::hot_sessions::MockHotSessions;
    use domain::port::password_hasher::MockPasswordHasher;
    use domain::port::password_strength::MockPasswordStrength;
    use domain::port::refresh_tokens::MockRefreshTokens;
    use domain::secret::Secret;
    use domain::session::rotation::Lifetimes;
    use test_support::{FixedClock, SequentialIds};

    async fn run(accounts: MockAccounts) -> Result<SignedIn, RegisterError> {
        judged(accounts, Ok(())).await
    }

    async fn judged(
        accounts: MockAccounts,
        judgement: Result<(), WeakPassword>,
    ) -> Result<SignedIn, RegisterError> {
        let mut strength = MockPasswordStrength::new();
        strength
            .expect_judge()
            .withf(|_, about| about.contains(&"alice@example.org".to_owned()))
            .return_const(judgement);
        let mut passwords = MockPasswordHasher::new();
        passwords
            .expect_hash()
            .returning(|_| Ok(PasswordHash::restore("hash".to_owned())));
        let mut hot = MockHotSessions::new();
        hot.expect_put().returning(|_, _, _| Ok(()));
        let mut access = MockAccessTokens::new();
        access
            .expect_sign()
            .returning(|_| Ok(Secret::new("access".to_owned())));
        let mut refresh = MockRefreshTokens::new();
        refresh
            .expect_write()
            .returning(|_| Secret::new("refresh".to_owned()));
        let use_case = Register {
            accounts: Arc::new(accounts),
            strength: Arc::new(strength),
            passwords: Arc::new(passwords),
            hot: Arc::new(hot),
            issuer: TokenIssuer {
                access: Arc::new(access),
                refresh: Arc::new(refresh),
                lifetimes: Lifetimes::default(),
            },
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(FixedClock::default()),
        };
        let command = RegisterUser {
            email: Email::parse("alice@example.org").unwrap(),
            username: Username::parse("alice").unwrap(),
            password: NewPassword::parse("correct horse").unwrap(),
            display_name: None,
            locale: Locale::English,
            origin: Origin::default(),
        };
        use_case.run(command).await
    }

    #[tokio::test]
    async fn one_write_holds_the_account_its_role_session_token_mail_and_audit_row() {
        let mut accounts = MockAccounts::new();
        accounts
            .expect_register()
            .once()
            .withf(|registration| {
                let token = registration.verification.unwrap();
                let letter = MailOrder::with_token(&token, Letter::VerifyEmail);
                let mut jobs = registration.journal.jobs().iter();
                let mailed = jobs.any(|job| job.job == Job::SendMail(letter));
                let session = registration.session.as_ref().unwrap();
                mailed
                    && registration.roles == [RoleName::user()]
                    && session.user == registration.user.id
                    && token.user == session.user
            })
            .returning(|_| Ok(()));
        let registered = run(accounts).await.unwrap();
        assert_eq!(registered.account.user.email_verified_at, None);
        assert_eq!(registered.tokens.access.expose(), "access");
    }

    #[tokio::test]
    async fn a_password_that_is_easy_to_guess_makes_no_account() {
        let advice = "add another word".to_owned();
        let weak = judged(MockAccounts::new(), Err(WeakPassword { advice })).await;
        assert!(matches!(weak, Err(RegisterError::WeakPassword(_))));
    }

    #[tokio::test]
    async fn a_taken_address_and_a_taken_name_are_told_apart() {
        for (conflict, expected) in [
            (RegisterConflict::EmailTaken, "the address is taken"),
            (RegisterConflict::UsernameTaken, "the name is taken"),
        ] {
            let mut accounts = MockAccounts::new();
            accounts
                .expect_register()
                .returning(move |_| Err(StoreError::Conflict(conflict)));
            assert_eq!(run(accounts).await.unwrap_err().to_string(), expected);
        }
    }

    #[tokio::test]
    async fn an_outage_is_told_as_one() {
        let mut accounts = MockAccounts::new();
        accounts
            .expect_register()
            .returning(|_| Err(StoreError::Outage(Outage::Overloaded(Dependency::Postgres))));
        assert!(matches!(run(accounts).await, Err(RegisterError::Outage(_))));
    }
}
