//! "This was not me".

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::account::email::Email;
use domain::account::lockdown::{Lockdown, LockdownConflict, LockedDown};
use domain::audit::{AuditEntry, Subject};
use domain::id::{SessionId, UserId};
use domain::journal::Journal;
use domain::outage::StoreError;
use domain::port::lockdowns::Lockdowns;
use domain::session::Revoke;

use super::PgAccounts;
use crate::failure::{Failure, OnUnique};
use crate::sql::{access, api_keys, journal, session, tokens};
use crate::statement::handwritten;

#[async_trait]
impl Lockdowns for PgAccounts {
    async fn lock_down(
        &self,
        lockdown: &Lockdown,
    ) -> Result<LockedDown, StoreError<LockdownConflict>> {
        self.0
            .write("lock_down_account", lockdown.clone(), lock_down)
            .await
    }
}

#[derive(QueryableByName)]
struct UsedRow {
    #[diesel(sql_type = Nullable<Text>)]
    email: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
}

async fn lock_down(
    mut wire: &AsyncPgConnection,
    lockdown: &Lockdown,
) -> Result<LockedDown, Failure<LockdownConflict>> {
    let used = use_up(wire, lockdown).await?;
    if let Some(address) = used.email.map(Email::restore) {
        put_back(wire, lockdown, &address).await?;
    }
    let locked = handwritten(
        "UPDATE users SET password_hash = NULL, revision = revision + 1 \
         WHERE id = $1 AND account_status = 'active' AND email IS NOT NULL",
    )
    .bind::<Uuid, _>(lockdown.user.as_uuid())
    .execute(&mut wire)
    .await?;
    if locked == 0 {
        return Err(Failure::Conflict(LockdownConflict::TokenInvalid));
    }
    let ended = end_all_ways_in(wire, lockdown).await?;
    close_tokens(wire, lockdown, used.created_at).await?;
    tokens::add(wire, &lockdown.reset).await?;
    journal::write(wire, &lockdown.journal).await?;
    let epoch = access::bump(wire, lockdown.user).await?;
    Ok(LockedDown { ended, epoch })
}

async fn use_up(
    mut wire: &AsyncPgConnection,
    lockdown: &Lockdown,
) -> Result<UsedRow, Failure<LockdownConflict>> {
    let used: Vec<UsedRow> = handwritten(
        "UPDATE one_time_tokens SET consumed_at = $4 \
         WHERE id = $1 AND user_id = $2 AND purpose = $3 AND consumed_at IS NULL AND expires_at > $4 \
         RETURNING email, created_at",
    )
    .bind::<Uuid, _>(lockdown.token.as_uuid())
    .bind::<Uuid, _>(lockdown.user.as_uuid())
    .bind::<Text, _>(lockdown.grounds.purpose().name())
    .bind::<Timestamptz, _>(lockdown.at)
    .load(&mut wire)
    .await?;
    let used = used.into_iter().next();
    used.ok_or(Failure::Conflict(LockdownConflict::TokenInvalid))
}

/// Puts an address back whose mailbox has just been shown to be the owner's. An account that only claims it loses it: nobody
/// could otherwise get an address back that a thief has registered again.
async fn put_back(
    mut wire: &AsyncPgConnection,
    lockdown: &Lockdown,
    address: &Email,
) -> Result<(), Failure<LockdownConflict>> {
    let losers: Vec<session::IdRow> = handwritten(
        "UPDATE users SET email = NULL, email_key = NULL, revision = revision + 1 \
         WHERE email_key = $1 AND id <> $2 AND email_verified_at IS NULL RETURNING id",
    )
    .bind::<Text, _>(address.key().as_str())
    .bind::<Uuid, _>(lockdown.user.as_uuid())
    .load(&mut wire)
    .await?;
    // The address is unique, so there is at most one.
    if let (Some(loser), Some(loss)) = (losers.into_iter().next(), &lockdown.loss) {
        let entry = AuditEntry {
            subject: Subject::User(UserId::new(loser.id)),
            ..loss.clone()
        };
        journal::write(wire, &Journal::new(entry)).await?;
    }
    handwritten(
        "UPDATE users SET email = $2, email_key = $3, email_verified_at = $4 \
         WHERE id = $1 AND account_status = 'active'",
    )
    .bind::<Uuid, _>(lockdown.user.as_uuid())
    .bind::<Text, _>(address.as_str())
    .bind::<Text, _>(address.key().as_str())
    .bind::<Timestamptz, _>(lockdown.at)
    .execute(&mut wire)
    .await
    .on_unique("users_email_key", LockdownConflict::EmailTaken)?;
    Ok(())
}

/// Ends whatever lets somebody act as the person: sessions, API keys, and the links to providers, one of which a thief
/// may have made.
async fn end_all_ways_in(
    mut wire: &AsyncPgConnection,
    lockdown: &Lockdown,
) -> Result<Vec<SessionId>, Failure<LockdownConflict>> {
    handwritten("DELETE FROM auth_providers WHERE user_id = $1")
        .bind::<Uuid, _>(lockdown.user.as_uuid())
        .execute(&mut wire)
        .await?;
    api_keys::end_all(wire, lockdown.user, "locked_down").await?;
    session::end(wire, lockdown.user, Revoke::All, "locked_down").await
}

/// Closes every open token but the ways back that are older than the one shown: a thief's newer one must not outlive the owner's
/// act, nor the owner's older one fall by the thief's.
async fn close_tokens(
    mut wire: &AsyncPgConnection,
    lockdown: &Lockdown,
    shown: DateTime<Utc>,
) -> Result<(), Failure<LockdownConflict>> {
    handwritten(
        "UPDATE one_time_tokens SET consumed_at = $2 \
         WHERE user_id = $1 AND consumed_at IS NULL AND NOT (purpose = ANY ($3) AND created_at < $4)",
    )
    .bind::<Uuid, _>(lockdown.user.as_uuid())
    .bind::<Timestamptz, _>(lockdown.at)
    .bind::<Array<Text>, _>(tokens::ways_back())
    .bind::<Timestamptz, _>(shown)
    .execute(&mut wire)
    .await?;
    Ok(())
}
