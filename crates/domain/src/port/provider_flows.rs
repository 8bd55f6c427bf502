//! Ways to a provider and back, and the one-time codes that they end in.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::account::one_time_token::TokenPurpose;
use crate::account::provider_flow::{ProofIssue, ProviderFlow, ProviderProof};
use crate::id::TokenId;
use crate::outage::Outage;

/// Flows and proofs; PostgreSQL.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait ProviderFlows: Send + Sync {
    /// Remembers a flow. It is no act of anybody yet, so it has no audit trail: what it ends in has.
    async fn begin(&self, flow: &ProviderFlow) -> Result<(), Outage>;

    /// Ends a flow and answers it, in one statement, so that of any number of ends at once one gets it. `None` when there is
    /// no such flow or its time is over.
    async fn take(&self, id: TokenId, now: DateTime<Utc>) -> Result<Option<ProviderFlow>, Outage>;

    /// Records a proof with its token, atomically.
    async fn issue(&self, issue: &ProofIssue) -> Result<(), Outage>;

    /// The proof of an open token, which stays open.
    async fn find_proof(
        &self,
        token: TokenId,
        purpose: TokenPurpose,
        now: DateTime<Utc>,
    ) -> Result<Option<ProviderProof>, Outage>;

    /// Uses a token up and answers its proof, in one statement, so that of any number of uses at once one gets it.
    async fn take_proof(
        &self,
        token: TokenId,
        purpose: TokenPurpose,
        now: DateTime<Utc>,
    ) -> Result<Option<ProviderProof>, Outage>;
}
