//! Joining with e-mail and password.

use std::sync::Arc;

use domain::access::role::RoleName;
use domain::account::email::Email;
use domain::account::locale::Locale;
use domain::account::one_time_token::TokenPurpose;
use domain::account::password::{NewPassword, PasswordHash};
use domain::account::profile::{Biography, DisplayName};
use domain::account::registration::{RegisterConflict, Registration, RegistrationMode, TurnedAway};
use domain::account::user::{AccountStatus, User, UserWithRoles};
use domain::account::username::Username;
use domain::audit::{AuditAction, AuditEntry, Facts, Origin, Outcome, Party, Subject};
use domain::job::{Letter, MailOrder};
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
    /// How people come to have an account.
    pub mode: RegistrationMode,
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

/// What became of somebody who wanted to join.
#[derive(Debug)]
pub enum Registered {
    /// They have an account and are signed in.
    SignedIn(Box<SignedIn>),
    /// Everything else is said in a mail: to a new person how to confirm, to the owner of a taken address that somebody tried.
    ByMail,
}

/// Why there is no new account.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// Nobody can register.
    #[error("registration is closed")]
    Closed,
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
    /// See [`RegisterError`]; [`RegisterError::EmailTaken`] is never answered where people confirm first.
    pub async fn run(&self, command: RegisterUser) -> Result<Registered, RegisterError> {
        if self.mode == RegistrationMode::Closed {
            return Err(RegisterError::Closed);
        }
        self.judge(&command)?;
        let password = self.passwords.hash(&command.password).await?;
        let origin = command.origin.clone();
        let mut registration = self.registration(command, password);
        if self.mode == RegistrationMode::ConfirmFirst {
            registration.session = None;
        }
        match self.accounts.register(&registration).await {
            Ok(()) => self.welcome(registration).await,
            Err(StoreError::Conflict(RegisterConflict::EmailTaken))
                if self.mode == RegistrationMode::ConfirmFirst =>
            {
                self.turn_away(&registration.user, &origin).await
            }
            Err(error) => Err(RegisterError::from_store(error)),
        }
    }

    async fn welcome(&self, registration: Registration) -> Result<Registered, RegisterError> {
        let Some(session) = &registration.session else {
            return Ok(Registered::ByMail);
        };
        let tokens = self.issuer.first_pair(session)?;
        crate::sessions::warm(&*self.hot, session.id, session.user, &session.rotation).await;
        let account = UserWithRoles {
            user: registration.user,
            roles: registration.roles,
        };
        Ok(Registered::SignedIn(Box::new(SignedIn { account, tokens })))
    }

    /// Tells the owner of the address, and nobody else, that somebody tried to register with it.
    async fn turn_away(
        &self,
        refused: &User,
        origin: &Origin,
    ) -> Result<Registered, RegisterError> {
        let Some(email) = &refused.email else {
            return Err(RegisterError::EmailTaken);
        };
        let owner = self.accounts.find_credentials(email.key()).await?;
        let Some(owner) = owner.map(|owner| owner.account.user.id) else {
            // The account was purged in between.
            return Ok(Registered::ByMail);
        };
        let now = self.clock.now();
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            Party::Anonymous,
            AuditAction::Register,
            Subject::User(owner),
            origin,
        )
        .with_outcome(Outcome::Failure);
        let notice = MailOrder::notice(owner, Letter::AlreadyRegistered);
        let turned = TurnedAway {
            owner,
            username: refused.username.key().clone(),
            at: now,
            journal: Journal::new(entry),
            notice: super::mail(&*self.ids, notice, now),
        };
        let told = self.accounts.turn_away(&turned).await;
        if !told.map_err(RegisterError::from_store)? {
            tracing::info!(%owner, "no mail about a registration: the account got enough of them");
        }
        Ok(Registered::ByMail)
    }

    fn registration(&self, command: RegisterUser, password: PasswordHash) -> Registration {
        let now = self.clock.now();
        let user = User {
            id: self.ids.user(),
            username: command.username,
            display_name: command.display_name,
            biography: Biography::default(),
            avatar: None,
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
        Registration {
            user,
            roles: vec![RoleName::user()],
            password,
            verification: Some(verification),
            session: Some(session),
            journal: Journal::new(entry).enqueue(mail),
        }
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
mod tests;
