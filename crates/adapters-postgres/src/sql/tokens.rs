//! One-time tokens inside the writes that use them.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::account::one_time_token::{TokenConflict, TokenPurpose};
use domain::id::{TokenId, UserId};

use crate::failure::Failure;
use crate::statement::handwritten;

/// Uses a token up; the row lock lets one of several uses at once succeed.
pub(crate) async fn use_up(
    mut wire: &AsyncPgConnection,
    token: TokenId,
    user: UserId,
    purpose: TokenPurpose,
    at: DateTime<Utc>,
) -> Result<(), Failure<TokenConflict>> {
    let rows = handwritten(
        "UPDATE one_time_tokens SET consumed_at = $4 \
         WHERE id = $1 AND user_id = $2 AND purpose = $3 AND consumed_at IS NULL AND expires_at > $4",
    )
    .bind::<Uuid, _>(token.as_uuid())
    .bind::<Uuid, _>(user.as_uuid())
    .bind::<Text, _>(purpose.name())
    .bind::<Timestamptz, _>(at)
    .execute(&mut wire)
    .await?;
    if rows == 0 {
        return Err(Failure::Conflict(TokenConflict::Invalid));
    }
    Ok(())
}

/// Lets the open tokens of a person stop working: those of one purpose, or all of them.
pub(crate) async fn supersede<C>(
    mut wire: &AsyncPgConnection,
    user: UserId,
    purpose: Option<TokenPurpose>,
    at: DateTime<Utc>,
) -> Result<(), Failure<C>> {
    handwritten(
        "UPDATE one_time_tokens SET consumed_at = $3 \
         WHERE user_id = $1 AND ($2 IS NULL OR purpose = $2) AND consumed_at IS NULL",
    )
    .bind::<Uuid, _>(user.as_uuid())
    .bind::<Nullable<Text>, _>(purpose.map(TokenPurpose::name))
    .bind::<Timestamptz, _>(at)
    .execute(&mut wire)
    .await?;
    Ok(())
}
