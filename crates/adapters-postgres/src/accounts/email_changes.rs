//! Another address for an account.

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::account::email::Email;
use domain::account::email_change::{
    AddressedToken, EmailChangeConfirmation, EmailChangeConflict, EmailChangeRequest, EmailChanged,
};
use domain::account::one_time_token::{MAILS_PER_HOUR, TokenPurpose};
use domain::outage::{Outage, StoreError};
use domain::port::email_changes::EmailChanges;

use super::PgAccounts;
use crate::failure::{Failure, Never, OnUnique};
use crate::pg::no_conflict;
use crate::sql::{access, journal, tokens};
use crate::statement::handwritten;

#[async_trait]
impl EmailChanges for PgAccounts {
    async fn begin(&self, request: &EmailChangeRequest) -> Result<bool, Outage> {
        let written = self.0.write("begin_email_change", request.clone(), begin);
        no_conflict(written.await)
    }

    async fn confirm(
        &self,
        confirmation: &EmailChangeConfirmation,
    ) -> Result<EmailChanged, StoreError<EmailChangeConflict>> {
        self.0
            .write("confirm_email_change", confirmation.clone(), confirm)
            .await
    }
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Whether the account may ask now. The locks, on the account and on the address to come, let one request count at a time; so
/// the count is a statement, and a snapshot, of its own.
async fn is_due(
    mut wire: &AsyncPgConnection,
    request: &EmailChangeRequest,
) -> Result<bool, Failure<Never>> {
    let (user, now) = (request.confirm.user.as_uuid(), request.confirm.created_at);
    let active = handwritten(
        "SELECT id, pg_advisory_xact_lock(hashtextextended($2, 0))::text AS locked FROM users \
         WHERE id = $1 AND account_status = 'active' FOR NO KEY UPDATE",
    )
    .bind::<Uuid, _>(user)
    .bind::<Text, _>(request.to.key().as_str())
    .execute(&mut wire)
    .await?;
    let recent: CountRow = handwritten(
        "SELECT greatest( \
             (SELECT count(*) FROM one_time_tokens WHERE user_id = $1 AND purpose = 'change_email' \
                  AND created_at > $3 - interval '1 hour'), \
             (SELECT count(*) FROM one_time_tokens WHERE lower(email) = $2 AND purpose = 'change_email' \
                  AND created_at > $3 - interval '1 hour')) AS count",
    )
    .bind::<Uuid, _>(user)
    .bind::<Text, _>(request.to.key().as_str())
    .bind::<Timestamptz, _>(now)
    .get_result(&mut wire)
    .await?;
    Ok(active > 0 && recent.count < i64::from(MAILS_PER_HOUR))
}

async fn begin(
    wire: &AsyncPgConnection,
    request: &EmailChangeRequest,
) -> Result<bool, Failure<Never>> {
    if !is_due(wire, request).await? {
        return Ok(false);
    }
    let confirm = AddressedToken {
        token: request.confirm,
        address: request.to.clone(),
    };
    let (user, now) = (request.confirm.user, request.confirm.created_at);
    tokens::supersede(wire, user, Some(TokenPurpose::ChangeEmail), now).await?;
    tokens::add_addressed(wire, &confirm).await?;
    if let Some(undo) = &request.undo {
        tokens::add_addressed(wire, undo).await?;
    }
    journal::write(wire, &request.journal).await?;
    Ok(true)
}

#[derive(QueryableByName)]
struct AddressRow {
    #[diesel(sql_type = Text)]
    email: String,
}

async fn confirm(
    mut wire: &AsyncPgConnection,
    confirmation: &EmailChangeConfirmation,
) -> Result<EmailChanged, Failure<EmailChangeConflict>> {
    let used: Vec<AddressRow> = handwritten(
        "UPDATE one_time_tokens SET consumed_at = $3 \
         WHERE id = $1 AND user_id = $2 AND purpose = 'change_email' AND consumed_at IS NULL AND expires_at > $3 \
         RETURNING email",
    )
    .bind::<Uuid, _>(confirmation.token.as_uuid())
    .bind::<Uuid, _>(confirmation.user.as_uuid())
    .bind::<Timestamptz, _>(confirmation.at)
    .load(&mut wire)
    .await?;
    let invalid = || Failure::Conflict(EmailChangeConflict::TokenInvalid);
    let address = used.into_iter().next().ok_or_else(invalid)?;
    let address = Email::restore(address.email);
    let changed = handwritten(
        "UPDATE users SET email = $2, email_key = $3, email_verified_at = $4, revision = revision + 1 \
         WHERE id = $1 AND account_status = 'active'",
    )
    .bind::<Uuid, _>(confirmation.user.as_uuid())
    .bind::<Text, _>(address.as_str())
    .bind::<Text, _>(address.key().as_str())
    .bind::<Timestamptz, _>(confirmation.at)
    .execute(&mut wire)
    .await
    .on_unique("users_email_key", EmailChangeConflict::EmailTaken)?;
    if changed == 0 {
        return Err(invalid());
    }
    // Mails on their way to the address before must open nothing any more.
    tokens::supersede(wire, confirmation.user, None, confirmation.at).await?;
    if let Some(undo) = &confirmation.undo {
        tokens::add_addressed(wire, undo).await?;
    }
    journal::write(wire, &confirmation.journal).await?;
    let epoch = access::bump(wire, confirmation.user).await?;
    Ok(EmailChanged { epoch })
}
