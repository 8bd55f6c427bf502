//! The second factor of accounts, and how often its codes were tried.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::account::second_factor::{
    ActiveTotp, Confirmation, EnrolConflict, Enrolment, FactorChallenge, FactorConflict,
    FactorProof, FactorRemoval, FactorSignIn, HalfDone, SealedTotp,
};
use crate::id::{SessionId, TokenId, UserId};
use crate::outage::{Outage, StoreError};
use crate::session::rotation::RotationState;

/// Second factors; PostgreSQL.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SecondFactors: Send + Sync {
    /// Whether a second factor is in force.
    async fn is_enabled(&self, user: UserId) -> Result<bool, Outage>;

    /// The second factor in force.
    async fn find_active(&self, user: UserId) -> Result<Option<ActiveTotp>, Outage>;

    /// The secret that waits to be confirmed.
    async fn find_pending(&self, user: UserId) -> Result<Option<SealedTotp>, Outage>;

    /// Records a secret that waits to be confirmed, in the place of one that waited before.
    ///
    /// # Errors
    /// MUST answer [`EnrolConflict::AlreadyEnabled`] if a second factor is in force.
    async fn begin(&self, enrolment: &Enrolment) -> Result<(), StoreError<EnrolConflict>>;

    /// Brings the waiting secret into force with its recovery codes, atomically.
    ///
    /// # Errors
    /// MUST answer [`EnrolConflict::NothingPending`] unless exactly this secret waits.
    async fn confirm(&self, confirmation: &Confirmation) -> Result<(), StoreError<EnrolConflict>>;

    /// Removes the second factor in force with its recovery codes, and lets the sign-ins that wait for it end, atomically;
    /// answers whether there was one.
    async fn remove(&self, removal: &FactorRemoval) -> Result<bool, Outage>;

    /// Records that somebody did the first half of a sign-in and has to show the second factor.
    async fn challenge(&self, challenge: &FactorChallenge) -> Result<(), Outage>;

    /// Takes one of the [`TRIES_PER_SIGN_IN`](crate::account::second_factor::TRIES_PER_SIGN_IN) tries of a sign-in, in one
    /// statement, so that no number of tries at once gets one more. Answers whose sign-in it is and how it began; `None` when the token is
    /// unknown, used, superseded or expired, or no try is left.
    async fn take_try(
        &self,
        token: TokenId,
        now: DateTime<Utc>,
    ) -> Result<Option<HalfDone>, Outage>;

    /// Uses token and code up and records the session, atomically; answers the sessions that one too many ended.
    ///
    /// # Errors
    /// MUST answer [`FactorConflict::TokenInvalid`] if the token is no longer open, and [`FactorConflict::CodeSpent`] if a
    /// code of this step or a later one, or this recovery code, was used before; then nothing is written.
    async fn sign_in(
        &self,
        sign_in: &FactorSignIn,
    ) -> Result<Vec<SessionId>, StoreError<FactorConflict>>;

    /// Uses the code up and writes down the fresh proof of a living session, atomically; `None` when the session has ended.
    ///
    /// # Errors
    /// MUST answer [`FactorConflict::CodeSpent`] as [`sign_in`](Self::sign_in) does.
    async fn reauthenticate(
        &self,
        proof: &FactorProof,
    ) -> Result<Option<RotationState>, StoreError<FactorConflict>>;
}
