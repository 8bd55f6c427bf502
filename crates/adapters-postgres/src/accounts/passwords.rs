//! Passwords of accounts.

use diesel::QueryableByName;
use diesel::sql_types::{Bool, Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::account::one_time_token::{TokenConflict, TokenPurpose};
use domain::account::password::{
    ChangeGrounds, PasswordChange, PasswordChanged, PasswordHash, PasswordRehash,
};
use domain::id::UserId;
use domain::session::Revoke;

use crate::failure::{Failure, Never};
use crate::sql::{access, api_keys, journal, session, tokens};
use crate::statement::handwritten;

#[derive(QueryableByName)]
struct HashRow {
    #[diesel(sql_type = Nullable<Text>)]
    password_hash: Option<String>,
}

pub(super) async fn find(
    mut wire: &AsyncPgConnection,
    user: &UserId,
) -> Result<Option<PasswordHash>, Failure<Never>> {
    let rows: Vec<HashRow> =
        handwritten("SELECT password_hash FROM users WHERE id = $1 AND account_status = 'active'")
            .bind::<Uuid, _>(user.as_uuid())
            .load(&mut wire)
            .await?;
    let row = rows.into_iter().next();
    Ok(row
        .and_then(|row| row.password_hash)
        .map(PasswordHash::restore))
}

pub(super) async fn change(
    mut wire: &AsyncPgConnection,
    change: &PasswordChange,
) -> Result<PasswordChanged, Failure<TokenConflict>> {
    let (confirms, which, reason) = match change.grounds {
        ChangeGrounds::Token(token) => {
            let purpose = TokenPurpose::ResetPassword;
            tokens::use_up(wire, token, change.user, purpose, change.at).await?;
            (true, Revoke::All, "password_reset")
        }
        ChangeGrounds::Operator => (false, Revoke::All, "password_reset"),
        ChangeGrounds::Session(session) => (false, Revoke::AllBut(session), "password_changed"),
    };
    let changed = handwritten(
        "UPDATE users SET password_hash = $2, revision = revision + 1, \
             email_verified_at = CASE WHEN $3 THEN COALESCE(email_verified_at, $4) ELSE email_verified_at END \
         WHERE id = $1 AND account_status = 'active' AND (email IS NOT NULL OR NOT $3)",
    )
    .bind::<Uuid, _>(change.user.as_uuid())
    .bind::<Text, _>(change.hash.expose())
    .bind::<Bool, _>(confirms)
    .bind::<Timestamptz, _>(change.at)
    .execute(&mut wire)
    .await?;
    if changed == 0 {
        return Err(Failure::Conflict(TokenConflict::Invalid));
    }
    // An account that came from a provider has no such row before its first password.
    handwritten(
        "INSERT INTO auth_providers (user_id, provider, subject) VALUES ($1, 'email', $1::text) \
         ON CONFLICT DO NOTHING",
    )
    .bind::<Uuid, _>(change.user.as_uuid())
    .execute(&mut wire)
    .await?;
    let (ended, (), ()) = tokio::try_join!(
        session::end(wire, change.user, which, reason),
        tokens::supersede(wire, change.user, None, change.at),
        journal::write(wire, &change.journal),
    )?;
    match change.grounds {
        ChangeGrounds::Token(_) | ChangeGrounds::Operator => {
            api_keys::end_all(wire, change.user, reason).await?;
        }
        ChangeGrounds::Session(_) => {}
    }
    let epoch = access::bump(wire, change.user).await?;
    Ok(PasswordChanged { ended, epoch })
}

pub(super) async fn rehash(
    mut wire: &AsyncPgConnection,
    rehash: &PasswordRehash,
) -> Result<(), Failure<Never>> {
    let replaced =
        handwritten("UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2")
            .bind::<Uuid, _>(rehash.user.as_uuid())
            .bind::<Text, _>(rehash.from.expose())
            .bind::<Text, _>(rehash.to.expose())
            .execute(&mut wire)
            .await?;
    if replaced > 0 {
        journal::write(wire, &rehash.journal).await?;
    }
    Ok(())
}
