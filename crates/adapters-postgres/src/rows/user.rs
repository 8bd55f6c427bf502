//! People as rows.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz};
use diesel::{Insertable, QueryableByName};
use domain::access::role::RoleName;
use domain::account::email::Email;
use domain::account::locale::Locale;
use domain::account::one_time_token::{OneTimeToken, TokenPurpose};
use domain::account::password::PasswordHash;
use domain::account::profile::{Biography, DisplayName};
use domain::account::registration::Registration;
use domain::account::second_factor::FactorChallenge;
use domain::account::user::{AccountStatus, PublicProfile, User, UserWithRoles};
use domain::account::username::Username;
use domain::id::{AvatarId, TokenId, UserId};
use domain::port::accounts::{Credentials, Recipient};
use domain::revision::Revision;
use uuid::Uuid;

use crate::failure::Damage;
use crate::schema::{one_time_tokens, users};

/// An account to record.
#[derive(Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub(crate) struct NewUserRow<'a> {
    id: Uuid,
    email: Option<&'a str>,
    email_key: Option<&'a str>,
    username: &'a str,
    username_key: &'a str,
    display_name: Option<&'a str>,
    bio: &'a str,
    locale: &'static str,
    password_hash: Option<&'a str>,
    account_status: &'static str,
    email_verified_at: Option<DateTime<Utc>>,
    revision: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl<'a> From<&'a Registration> for NewUserRow<'a> {
    fn from(registration: &'a Registration) -> Self {
        Self::of(&registration.user, Some(&registration.password))
    }
}

impl<'a> NewUserRow<'a> {
    /// An account with a password, or one that signs in through providers only.
    pub(crate) fn of(user: &'a User, password: Option<&'a PasswordHash>) -> Self {
        Self {
            id: user.id.as_uuid(),
            email: user.email.as_ref().map(Email::as_str),
            email_key: user.email.as_ref().map(|email| email.key().as_str()),
            username: user.username.as_str(),
            username_key: user.username.key().as_str(),
            display_name: user.display_name.as_ref().map(DisplayName::as_str),
            bio: user.biography.as_str(),
            locale: user.locale.code(),
            password_hash: password.map(PasswordHash::expose),
            account_status: user.status.name(),
            email_verified_at: user.email_verified_at,
            revision: user.revision.get(),
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// The columns of [`UserRow`], of `users AS u`.
macro_rules! user_columns {
    () => {
        "u.id, u.email, u.username, u.display_name, u.bio, u.locale, u.password_hash, u.account_status, \
         u.email_verified_at, u.avatar_id, u.revision, u.created_at, u.updated_at, \
         ARRAY(SELECT r.name FROM user_roles ur JOIN roles r ON r.id = ur.role_id \
               WHERE ur.user_id = u.id ORDER BY r.name) AS roles"
    };
}
pub(crate) use user_columns;

/// An account with its roles.
#[derive(QueryableByName)]
pub(crate) struct UserRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    email: Option<String>,
    #[diesel(sql_type = Text)]
    username: String,
    #[diesel(sql_type = Nullable<Text>)]
    display_name: Option<String>,
    #[diesel(sql_type = Text)]
    bio: String,
    #[diesel(sql_type = Text)]
    locale: String,
    #[diesel(sql_type = Nullable<Text>)]
    password_hash: Option<String>,
    #[diesel(sql_type = Text)]
    account_status: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    email_verified_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<diesel::sql_types::Uuid>)]
    avatar_id: Option<Uuid>,
    #[diesel(sql_type = BigInt)]
    revision: i64,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
    #[diesel(sql_type = Array<Text>)]
    roles: Vec<String>,
}

fn locale(stored: &str) -> Result<Locale, Damage> {
    Locale::parse(stored).map_err(|_unknown| Damage::new("users.locale", stored))
}

pub(super) fn status(stored: &str) -> Result<AccountStatus, Damage> {
    AccountStatus::by_name(stored).ok_or_else(|| Damage::new("users.account_status", stored))
}

impl UserRow {
    pub(crate) fn into_account(self) -> Result<UserWithRoles, Damage> {
        let role = |name: &String| {
            RoleName::parse(name).map_err(|_broken| Damage::new("roles.name", name.as_str()))
        };
        let user = User {
            id: UserId::new(self.id),
            username: Username::restore(self.username),
            display_name: self.display_name.map(DisplayName::restore),
            biography: Biography::restore(self.bio),
            avatar: self.avatar_id.map(AvatarId::new),
            email: self.email.map(Email::restore),
            email_verified_at: self.email_verified_at,
            locale: locale(&self.locale)?,
            status: status(&self.account_status)?,
            revision: Revision::restore(self.revision),
            created_at: self.created_at,
            updated_at: self.updated_at,
        };
        let roles: Result<Vec<_>, Damage> = self.roles.iter().map(role).collect();
        Ok(UserWithRoles {
            user,
            roles: roles?,
        })
    }

    pub(crate) fn into_credentials(mut self) -> Result<Credentials, Damage> {
        let password = self.password_hash.take().map(PasswordHash::restore);
        Ok(Credentials {
            account: self.into_account()?,
            password,
        })
    }
}

/// To whom to write.
#[derive(QueryableByName)]
pub(crate) struct RecipientRow {
    #[diesel(sql_type = Nullable<Text>)]
    email: Option<String>,
    #[diesel(sql_type = Text)]
    username: String,
    #[diesel(sql_type = Text)]
    locale: String,
    #[diesel(sql_type = Text)]
    account_status: String,
}

impl RecipientRow {
    pub(crate) fn into_recipient(self) -> Result<Recipient, Damage> {
        Ok(Recipient {
            email: self.email.map(Email::restore),
            username: Username::restore(self.username),
            locale: locale(&self.locale)?,
            status: status(&self.account_status)?,
        })
    }
}

/// What everybody may see.
#[derive(QueryableByName)]
pub(crate) struct ProfileRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    username: String,
    #[diesel(sql_type = Nullable<Text>)]
    display_name: Option<String>,
    #[diesel(sql_type = Text)]
    bio: String,
    #[diesel(sql_type = Nullable<diesel::sql_types::Uuid>)]
    avatar_id: Option<Uuid>,
    #[diesel(sql_type = BigInt)]
    public_scripts: i64,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
}

impl From<ProfileRow> for PublicProfile {
    fn from(row: ProfileRow) -> Self {
        Self {
            id: UserId::new(row.id),
            username: Username::restore(row.username),
            display_name: row.display_name.map(DisplayName::restore),
            biography: Biography::restore(row.bio),
            avatar: row.avatar_id.map(AvatarId::new),
            // A count is never negative.
            public_scripts: u64::try_from(row.public_scripts).unwrap_or_default(),
            created_at: row.created_at,
        }
    }
}

/// A one-time token to record.
#[derive(Insertable)]
#[diesel(table_name = one_time_tokens, treat_none_as_default_value = false)]
pub(crate) struct NewTokenRow {
    id: Uuid,
    user_id: Uuid,
    purpose: &'static str,
    expires_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    first_method: Option<&'static str>,
}

impl From<&FactorChallenge> for NewTokenRow {
    fn from(challenge: &FactorChallenge) -> Self {
        Self {
            first_method: Some(challenge.first.name()),
            ..Self::from(&challenge.token)
        }
    }
}

impl From<&OneTimeToken> for NewTokenRow {
    fn from(token: &OneTimeToken) -> Self {
        Self {
            id: token.id.as_uuid(),
            user_id: token.user.as_uuid(),
            purpose: token.purpose.name(),
            expires_at: token.expires_at,
            created_at: token.created_at,
            first_method: None,
        }
    }
}

/// The record of a one-time token.
#[derive(QueryableByName)]
pub(crate) struct TokenRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    user_id: Uuid,
    #[diesel(sql_type = Text)]
    purpose: String,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    expires_at: DateTime<Utc>,
}

impl TokenRow {
    pub(crate) fn into_token(self) -> Result<OneTimeToken, Damage> {
        let purpose = TokenPurpose::by_name(&self.purpose)
            .ok_or_else(|| Damage::new("one_time_tokens.purpose", self.purpose.as_str()))?;
        Ok(OneTimeToken {
            id: TokenId::new(self.id),
            user: UserId::new(self.user_id),
            purpose,
            created_at: self.created_at,
            expires_at: self.expires_at,
        })
    }
}
