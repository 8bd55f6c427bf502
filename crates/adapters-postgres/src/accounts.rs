//! Accounts: how they come to be, and what signing in needs to know of them.

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::access::role::RoleName;
use domain::access::standing::AccessEpoch;
use domain::account::email::EmailKey;
use domain::account::one_time_token::{MAILS_PER_HOUR, TokenConflict, TokenIssue, TokenPurpose};
use domain::account::password::{PasswordChange, PasswordChanged, PasswordHash, PasswordRehash};
use domain::account::registration::{RegisterConflict, Registration, TurnedAway};
use domain::account::user::UserWithRoles;
use domain::account::verification::EmailVerification;
use domain::id::UserId;
use domain::outage::{Outage, StoreError};
use domain::port::accounts::{Accounts, Credentials, Recipient};

use crate::failure::{Damage, Failure, Never, OnUnique};
use crate::pg::{Pg, no_conflict};
use crate::rows::session::NewSessionRow;
use crate::rows::user::{NewTokenRow, NewUserRow, RecipientRow, UserRow, user_columns};
use crate::schema::{one_time_tokens, sessions, users};
use crate::sql::{access, journal, tokens};
use crate::statement::handwritten;

mod closures;
mod email_changes;
mod lockdowns;
mod passwords;
mod refusals;

/// Accounts in PostgreSQL.
#[derive(Clone)]
pub struct PgAccounts(Pg);

impl PgAccounts {
    /// Accounts behind this pool.
    #[must_use]
    pub const fn new(pg: Pg) -> Self {
        Self(pg)
    }
}

#[async_trait]
impl Accounts for PgAccounts {
    async fn register(
        &self,
        registration: &Registration,
    ) -> Result<(), StoreError<RegisterConflict>> {
        self.0
            .write("register", registration.clone(), register)
            .await
    }

    async fn turn_away(&self, turned: &TurnedAway) -> Result<bool, StoreError<RegisterConflict>> {
        self.0
            .write("turn_away", turned.clone(), refusals::turn_away)
            .await
    }

    async fn find_credentials(&self, email: &EmailKey) -> Result<Option<Credentials>, Outage> {
        self.0
            .read(
                "find_credentials",
                email,
                async |mut wire: &AsyncPgConnection, email: &EmailKey| {
                    let sql = concat!(
                        "SELECT ",
                        user_columns!(),
                        " FROM users u WHERE u.email_key = $1"
                    );
                    let rows: Vec<UserRow> = handwritten(sql)
                        .bind::<Text, _>(email.as_str())
                        .load(&mut wire)
                        .await?;
                    let row = rows.into_iter().next();
                    Ok(row.map(UserRow::into_credentials).transpose()?)
                },
            )
            .await
    }

    async fn find(&self, user: UserId) -> Result<Option<UserWithRoles>, Outage> {
        self.0
            .read(
                "find_account",
                &user,
                async |mut wire: &AsyncPgConnection, user: &UserId| {
                    let sql = concat!(
                        "SELECT ",
                        user_columns!(),
                        " FROM users u WHERE u.id = $1 AND u.account_status <> 'deleted'"
                    );
                    let rows: Vec<UserRow> = handwritten(sql)
                        .bind::<Uuid, _>(user.as_uuid())
                        .load(&mut wire)
                        .await?;
                    let row = rows.into_iter().next();
                    Ok(row.map(UserRow::into_account).transpose()?)
                },
            )
            .await
    }

    async fn find_recipient(&self, user: UserId) -> Result<Option<Recipient>, Outage> {
        self.0
            .read(
                "find_recipient",
                &user,
                async |mut wire: &AsyncPgConnection, user: &UserId| {
                    let rows: Vec<RecipientRow> = handwritten(
                        "SELECT email, username, locale, account_status FROM users WHERE id = $1",
                    )
                    .bind::<Uuid, _>(user.as_uuid())
                    .load(&mut wire)
                    .await?;
                    let row = rows.into_iter().next();
                    Ok(row.map(RecipientRow::into_recipient).transpose()?)
                },
            )
            .await
    }

    async fn verify_email(
        &self,
        verification: &EmailVerification,
    ) -> Result<AccessEpoch, StoreError<TokenConflict>> {
        self.0
            .write("verify_email", verification.clone(), verify_email)
            .await
    }

    async fn issue_token(&self, issue: &TokenIssue) -> Result<bool, Outage> {
        let written = self.0.write("issue_token", issue.clone(), issue_token);
        no_conflict(written.await)
    }

    async fn change_password(
        &self,
        change: &PasswordChange,
    ) -> Result<PasswordChanged, StoreError<TokenConflict>> {
        let change = change.clone();
        self.0
            .write("change_password", change, passwords::change)
            .await
    }

    async fn rehash_password(&self, rehash: &PasswordRehash) -> Result<(), Outage> {
        let written = self
            .0
            .write("rehash_password", rehash.clone(), passwords::rehash);
        no_conflict(written.await)
    }

    async fn find_password(&self, user: UserId) -> Result<Option<PasswordHash>, Outage> {
        self.0.read("find_password", &user, passwords::find).await
    }
}

async fn register(
    mut wire: &AsyncPgConnection,
    registration: &Registration,
) -> Result<(), Failure<RegisterConflict>> {
    // First and alone: everything else refers to it, and a taken name ends it here.
    diesel::insert_into(users::table)
        .values(NewUserRow::from(registration))
        .execute(&mut wire)
        .await
        .on_unique("users_email_key", RegisterConflict::EmailTaken)
        .on_unique("users_username_key", RegisterConflict::UsernameTaken)?;
    tokio::try_join!(
        add_email_identity(wire, registration.user.id),
        grant(wire, registration.user.id, &registration.roles),
        add_token(wire, registration),
        add_session(wire, registration),
        journal::write(wire, &registration.journal),
    )?;
    Ok(())
}

async fn add_email_identity<C>(
    mut wire: &AsyncPgConnection,
    user: UserId,
) -> Result<(), Failure<C>> {
    handwritten(
        "INSERT INTO auth_providers (user_id, provider, subject) VALUES ($1, 'email', $1::text)",
    )
    .bind::<Uuid, _>(user.as_uuid())
    .execute(&mut wire)
    .await?;
    Ok(())
}

/// Gives roles of the platform to somebody; also inside other writes.
pub(crate) async fn grant<C>(
    mut wire: &AsyncPgConnection,
    user: UserId,
    roles: &[RoleName],
) -> Result<(), Failure<C>> {
    let names: Vec<_> = roles.iter().map(RoleName::as_str).collect();
    let granted = handwritten(
        "INSERT INTO user_roles (user_id, role_id, granted_at) \
         SELECT $1, id, now() FROM roles WHERE name = ANY ($2)",
    )
    .bind::<Uuid, _>(user.as_uuid())
    .bind::<Array<Text>, _>(names)
    .execute(&mut wire)
    .await?;
    if granted == roles.len() {
        Ok(())
    } else {
        Err(Damage::new("roles.name", "a role of the platform is missing").into())
    }
}

async fn add_token<C>(
    mut wire: &AsyncPgConnection,
    registration: &Registration,
) -> Result<(), Failure<C>> {
    if let Some(token) = &registration.verification {
        diesel::insert_into(one_time_tokens::table)
            .values(NewTokenRow::from(token))
            .execute(&mut wire)
            .await?;
    }
    Ok(())
}

async fn add_session<C>(
    mut wire: &AsyncPgConnection,
    registration: &Registration,
) -> Result<(), Failure<C>> {
    if let Some(session) = &registration.session {
        diesel::insert_into(sessions::table)
            .values(NewSessionRow::from(session))
            .execute(&mut wire)
            .await?;
    }
    Ok(())
}

async fn verify_email(
    mut wire: &AsyncPgConnection,
    verification: &EmailVerification,
) -> Result<AccessEpoch, Failure<TokenConflict>> {
    let (token, user) = (verification.token, verification.user);
    tokens::use_up(
        wire,
        token,
        user,
        TokenPurpose::VerifyEmail,
        verification.at,
    )
    .await?;
    let marked = handwritten(
        "UPDATE users SET email_verified_at = COALESCE(email_verified_at, $2), revision = revision + 1 \
         WHERE id = $1 AND account_status = 'active' AND email IS NOT NULL",
    )
    .bind::<Uuid, _>(verification.user.as_uuid())
    .bind::<Timestamptz, _>(verification.at)
    .execute(&mut wire)
    .await?;
    if marked == 0 {
        return Err(Failure::Conflict(TokenConflict::Invalid));
    }
    journal::write(wire, &verification.journal).await?;
    access::bump(wire, verification.user).await
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

async fn issue_token(
    mut wire: &AsyncPgConnection,
    issue: &TokenIssue,
) -> Result<bool, Failure<Never>> {
    let token = &issue.token;
    // The lock lets one issue of an account count at a time; so the count is a statement, and a snapshot, of its own.
    let needing = handwritten(
        "SELECT id FROM users WHERE id = $1 AND account_status = 'active' AND email IS NOT NULL \
             AND ($2 <> 'verify_email' OR email_verified_at IS NULL) FOR NO KEY UPDATE",
    )
    .bind::<Uuid, _>(token.user.as_uuid())
    .bind::<Text, _>(token.purpose.name())
    .execute(&mut wire)
    .await?;
    if needing == 0 {
        return Ok(false);
    }
    let recent: CountRow = handwritten(
        "SELECT count(*) FROM one_time_tokens \
         WHERE user_id = $1 AND purpose = $2 AND created_at > $3 - interval '1 hour'",
    )
    .bind::<Uuid, _>(token.user.as_uuid())
    .bind::<Text, _>(token.purpose.name())
    .bind::<Timestamptz, _>(token.created_at)
    .get_result(&mut wire)
    .await?;
    if recent.count >= i64::from(MAILS_PER_HOUR) {
        return Ok(false);
    }
    tokens::supersede(wire, token.user, Some(token.purpose), token.created_at).await?;
    diesel::insert_into(one_time_tokens::table)
        .values(NewTokenRow::from(token))
        .execute(&mut wire)
        .await?;
    journal::write(wire, &issue.journal).await?;
    Ok(true)
}
