//! The records of one-time tokens.

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::sql_types::{Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::account::email::Email;
use domain::account::one_time_token::OneTimeToken;
use domain::id::TokenId;
use domain::outage::Outage;
use domain::port::one_time_tokens::OneTimeTokens;

use crate::failure::{Failure, Never};
use crate::pg::Pg;
use crate::rows::user::TokenRow;
use crate::statement::handwritten;

/// One-time tokens in PostgreSQL.
#[derive(Clone)]
pub struct PgOneTimeTokens(Pg);

impl PgOneTimeTokens {
    /// Tokens behind this pool.
    #[must_use]
    pub const fn new(pg: Pg) -> Self {
        Self(pg)
    }
}

#[async_trait]
impl OneTimeTokens for PgOneTimeTokens {
    async fn find(&self, id: TokenId) -> Result<Option<OneTimeToken>, Outage> {
        self.0
            .read(
                "find_one_time_token",
                &id,
                async |mut wire: &AsyncPgConnection, id: &TokenId| {
                    let rows: Vec<TokenRow> = handwritten(
                        "SELECT id, user_id, purpose, created_at, expires_at FROM one_time_tokens \
                     WHERE id = $1 AND consumed_at IS NULL",
                    )
                    .bind::<Uuid, _>(id.as_uuid())
                    .load(&mut wire)
                    .await?;
                    let row = rows.into_iter().next();
                    Ok(row.map(TokenRow::into_token).transpose()?)
                },
            )
            .await
    }

    async fn find_address(&self, id: TokenId) -> Result<Option<Email>, Outage> {
        self.0.read("find_token_address", &id, find_address).await
    }
}

#[derive(QueryableByName)]
struct AddressRow {
    #[diesel(sql_type = Nullable<Text>)]
    email: Option<String>,
}

async fn find_address(
    mut wire: &AsyncPgConnection,
    id: &TokenId,
) -> Result<Option<Email>, Failure<Never>> {
    let rows: Vec<AddressRow> = handwritten("SELECT email FROM one_time_tokens WHERE id = $1")
        .bind::<Uuid, _>(id.as_uuid())
        .load(&mut wire)
        .await?;
    let row = rows.into_iter().next();
    Ok(row.and_then(|row| row.email).map(Email::restore))
}
