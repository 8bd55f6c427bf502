//! Ways to a provider and back, and the one-time codes that they end in.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::account::one_time_token::TokenPurpose;
use domain::account::provider_flow::{
    LINK_LETTERS_PER_HOUR, ProofGrant, ProofIssue, ProviderFlow, ProviderProof,
};
use domain::id::{TokenId, UserId};
use domain::journal::Journal;
use domain::outage::Outage;
use domain::port::provider_flows::ProviderFlows;

use crate::failure::{Failure, Never};
use crate::pg::{Pg, no_conflict};
use crate::rows::provider::{FlowRow, ProofRow};
use crate::rows::user::NewTokenRow;
use crate::schema::one_time_tokens;
use crate::sql::journal;
use crate::statement::handwritten;

/// Flows and proofs in PostgreSQL.
#[derive(Clone)]
pub struct PgProviderFlows(Pg);

impl PgProviderFlows {
    /// Flows behind this pool.
    #[must_use]
    pub const fn new(pg: Pg) -> Self {
        Self(pg)
    }
}

/// A token of this purpose, now.
type Asked = (TokenId, TokenPurpose, DateTime<Utc>);

#[async_trait]
impl ProviderFlows for PgProviderFlows {
    async fn begin(&self, flow: &ProviderFlow) -> Result<(), Outage> {
        no_conflict(self.0.write_one("begin_provider_flow", flow, begin).await)
    }

    async fn take(&self, id: TokenId, now: DateTime<Utc>) -> Result<Option<ProviderFlow>, Outage> {
        let asked = (id, now);
        let taken = self.0.write_one("take_provider_flow", &asked, take);
        no_conflict(taken.await)
    }

    async fn issue(&self, issue: &ProofIssue) -> Result<(), Outage> {
        let written = self.0.write("issue_provider_proof", issue.clone(), record);
        no_conflict(written.await)
    }

    async fn find_proof(
        &self,
        token: TokenId,
        purpose: TokenPurpose,
        now: DateTime<Utc>,
    ) -> Result<Option<ProviderProof>, Outage> {
        let asked = (token, purpose, now);
        self.0.read("find_provider_proof", &asked, find_proof).await
    }

    async fn take_proof(
        &self,
        token: TokenId,
        purpose: TokenPurpose,
        now: DateTime<Utc>,
    ) -> Result<Option<ProviderProof>, Outage> {
        let asked = (token, purpose, now);
        let proof = self.0.write_one("take_provider_proof", &asked, take_proof);
        no_conflict(proof.await)
    }
}

async fn begin(mut wire: &AsyncPgConnection, flow: &ProviderFlow) -> Result<(), Failure<Never>> {
    let asker = flow.intent.asker();
    handwritten(
        "INSERT INTO provider_flows (id, provider, intent, user_id, session_id, return_to, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind::<Uuid, _>(flow.id.as_uuid())
    .bind::<Text, _>(flow.provider.as_str())
    .bind::<Text, _>(flow.intent.name())
    .bind::<Nullable<Uuid>, _>(asker.map(|asker| asker.user.as_uuid()))
    .bind::<Nullable<Uuid>, _>(asker.map(|asker| asker.session.as_uuid()))
    .bind::<Text, _>(flow.return_to.as_str())
    .bind::<Timestamptz, _>(flow.created_at)
    .bind::<Timestamptz, _>(flow.expires_at)
    .execute(&mut wire)
    .await?;
    Ok(())
}

async fn take(
    mut wire: &AsyncPgConnection,
    (id, now): &(TokenId, DateTime<Utc>),
) -> Result<Option<ProviderFlow>, Failure<Never>> {
    let rows: Vec<FlowRow> = handwritten(
        "DELETE FROM provider_flows WHERE id = $1 AND expires_at > $2 \
         RETURNING id, provider, intent, user_id, session_id, return_to, created_at, expires_at",
    )
    .bind::<Uuid, _>(id.as_uuid())
    .bind::<Timestamptz, _>(*now)
    .load(&mut wire)
    .await?;
    let row = rows.into_iter().next();
    Ok(row.map(FlowRow::into_flow).transpose()?)
}

async fn record(mut wire: &AsyncPgConnection, issue: &ProofIssue) -> Result<(), Failure<Never>> {
    let proof = &issue.proof;
    let journal = told(wire, issue).await?;
    diesel::insert_into(one_time_tokens::table)
        .values(NewTokenRow::from(&proof.token))
        .execute(&mut wire)
        .await?;
    let session = match proof.grant {
        ProofGrant::Reauthenticate(session) => Some(session.as_uuid()),
        ProofGrant::SignIn | ProofGrant::ConfirmLink => None,
    };
    handwritten(
        "INSERT INTO provider_proofs (token_id, intent, provider, subject, session_id, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind::<Uuid, _>(proof.token.id.as_uuid())
    .bind::<Text, _>(proof.grant.name())
    .bind::<Text, _>(proof.identity.provider.as_str())
    .bind::<Text, _>(proof.identity.subject.as_str())
    .bind::<Nullable<Uuid>, _>(session)
    .bind::<Timestamptz, _>(proof.token.created_at)
    .execute(&mut wire)
    .await?;
    journal::write(wire, &journal).await
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// The journal, without its letters once the account got enough of them.
async fn told(mut wire: &AsyncPgConnection, issue: &ProofIssue) -> Result<Journal, Failure<Never>> {
    if issue.journal.jobs().is_empty() {
        return Ok(issue.journal.clone());
    }
    let token = &issue.proof.token;
    lock(wire, token.user).await?;
    let recent: CountRow = handwritten(
        "SELECT count(*) FROM one_time_tokens t JOIN provider_proofs p ON p.token_id = t.id \
         WHERE t.user_id = $1 AND t.purpose = $2 AND p.intent = 'confirm_link' \
             AND t.created_at > $3 - interval '1 hour'",
    )
    .bind::<Uuid, _>(token.user.as_uuid())
    .bind::<Text, _>(token.purpose.name())
    .bind::<Timestamptz, _>(token.created_at)
    .get_result(&mut wire)
    .await?;
    let journal = issue.journal.clone();
    Ok(if recent.count < i64::from(LINK_LETTERS_PER_HOUR) {
        journal
    } else {
        journal.silent()
    })
}

/// One write that counts of an account at a time.
async fn lock(mut wire: &AsyncPgConnection, user: UserId) -> Result<(), Failure<Never>> {
    handwritten("SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE")
        .bind::<Uuid, _>(user.as_uuid())
        .execute(&mut wire)
        .await?;
    Ok(())
}

async fn find_proof(
    mut wire: &AsyncPgConnection,
    (token, purpose, now): &Asked,
) -> Result<Option<ProviderProof>, Failure<Never>> {
    let rows: Vec<ProofRow> = handwritten(
        "SELECT t.id, t.user_id, t.purpose, t.created_at, t.expires_at, p.intent, p.provider, p.subject, p.session_id \
         FROM one_time_tokens t JOIN provider_proofs p ON p.token_id = t.id \
         WHERE t.id = $1 AND t.purpose = $2 AND t.consumed_at IS NULL AND t.expires_at > $3",
    )
    .bind::<Uuid, _>(token.as_uuid())
    .bind::<Text, _>(purpose.name())
    .bind::<Timestamptz, _>(*now)
    .load(&mut wire)
    .await?;
    let row = rows.into_iter().next();
    Ok(row.map(ProofRow::into_proof).transpose()?)
}

async fn take_proof(
    mut wire: &AsyncPgConnection,
    (token, purpose, now): &Asked,
) -> Result<Option<ProviderProof>, Failure<Never>> {
    let rows: Vec<ProofRow> = handwritten(
        "UPDATE one_time_tokens t SET consumed_at = $3 FROM provider_proofs p \
         WHERE t.id = $1 AND t.purpose = $2 AND t.consumed_at IS NULL AND t.expires_at > $3 AND p.token_id = t.id \
         RETURNING t.id, t.user_id, t.purpose, t.created_at, t.expires_at, p.intent, p.provider, p.subject, p.session_id",
    )
    .bind::<Uuid, _>(token.as_uuid())
    .bind::<Text, _>(purpose.name())
    .bind::<Timestamptz, _>(*now)
    .load(&mut wire)
    .await?;
    let row = rows.into_iter().next();
    Ok(row.map(ProofRow::into_proof).transpose()?)
}
