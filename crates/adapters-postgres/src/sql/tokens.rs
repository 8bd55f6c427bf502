//! One-time tokens inside the writes that use them.

use chrono::{DateTime, Utc};
use diesel::ExpressionMethods;
use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::account::email_change::AddressedToken;
use domain::account::one_time_token::{OneTimeToken, TokenConflict, TokenPurpose};
use domain::id::{TokenId, UserId};

use crate::failure::Failure;
use crate::rows::user::NewTokenRow;
use crate::schema::one_time_tokens;
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

/// Lets the open tokens of a person stop working: those of one purpose, or all that are no way back.
///
/// The ways back stay: a thief could otherwise close them by the very acts that they undo.
pub(crate) async fn supersede<C>(
    mut wire: &AsyncPgConnection,
    user: UserId,
    purpose: Option<TokenPurpose>,
    at: DateTime<Utc>,
) -> Result<(), Failure<C>> {
    handwritten(
        "UPDATE one_time_tokens SET consumed_at = $3 \
         WHERE user_id = $1 AND CASE WHEN $2 IS NULL THEN purpose <> ALL ($4) ELSE purpose = $2 END AND consumed_at IS NULL",
    )
    .bind::<Uuid, _>(user.as_uuid())
    .bind::<Nullable<Text>, _>(purpose.map(TokenPurpose::name))
    .bind::<Timestamptz, _>(at)
    .bind::<Array<Text>, _>(ways_back())
    .execute(&mut wire)
    .await?;
    Ok(())
}

/// Lets every open token of a person stop working, ways back included.
pub(crate) async fn close_all<C>(
    mut wire: &AsyncPgConnection,
    user: UserId,
    at: DateTime<Utc>,
) -> Result<(), Failure<C>> {
    handwritten(
        "UPDATE one_time_tokens SET consumed_at = $2 WHERE user_id = $1 AND consumed_at IS NULL",
    )
    .bind::<Uuid, _>(user.as_uuid())
    .bind::<Timestamptz, _>(at)
    .execute(&mut wire)
    .await?;
    Ok(())
}

/// The purposes of tokens that outlive what a thief would do.
pub(crate) fn ways_back() -> Vec<&'static str> {
    let all = TokenPurpose::ALL.iter().copied();
    all.filter(|purpose| purpose.is_way_back())
        .map(TokenPurpose::name)
        .collect()
}

/// Records a token.
pub(crate) async fn add<C>(
    mut wire: &AsyncPgConnection,
    token: &OneTimeToken,
) -> Result<(), Failure<C>> {
    diesel::insert_into(one_time_tokens::table)
        .values(NewTokenRow::from(token))
        .execute(&mut wire)
        .await?;
    Ok(())
}

/// Records a token that is bound to an address.
pub(crate) async fn add_addressed<C>(
    mut wire: &AsyncPgConnection,
    addressed: &AddressedToken,
) -> Result<(), Failure<C>> {
    let email = one_time_tokens::email.eq(addressed.address.as_str());
    diesel::insert_into(one_time_tokens::table)
        .values((NewTokenRow::from(&addressed.token), email))
        .execute(&mut wire)
        .await?;
    Ok(())
}
