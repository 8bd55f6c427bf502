//! The identities that people have at providers, and the accounts that they belong to.

use async_trait::async_trait;

use crate::account::email::EmailKey;
use crate::account::identity::{Identity, SignInWays};
use crate::account::linking::{
    Encounter, JoinConflict, Joining, LinkConflict, Linking, TakeOver, TakeOverConflict, TakenOver,
    UnlinkConflict, Unlinking,
};
use crate::id::UserId;
use crate::outage::{Outage, StoreError};

/// Identities; PostgreSQL.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Identities: Send + Sync {
    /// Whom an identity, or the address that its provider vouches for, belongs to here; deleted accounts included.
    async fn meet(&self, identity: &Identity, email: Option<EmailKey>)
    -> Result<Encounter, Outage>;

    /// The ways to sign in that an account has.
    async fn list(&self, user: UserId) -> Result<SignInWays, Outage>;

    /// Records a new account with its roles, identity and audit trail, atomically.
    ///
    /// # Errors
    /// MUST answer [`JoinConflict::EmailTaken`] if another account owns the address, else [`JoinConflict::UsernameTaken`] if
    /// another account owns the name, else [`JoinConflict::IdentityTaken`] if another account has the identity.
    async fn join(&self, joining: &Joining) -> Result<(), StoreError<JoinConflict>>;

    /// Links an identity, atomically. Linking what is linked to the same account already is fine and writes nothing but the use
    /// of the token.
    ///
    /// # Errors
    /// MUST answer [`LinkConflict::GroundsGone`] if the session or the token does not give the right any more or the account is
    /// not active, [`LinkConflict::HeldByAnother`] if another account has the identity, and [`LinkConflict::ProviderTaken`]
    /// if the account has another identity of the provider; of any number of accounts that link one identity at once, one
    /// succeeds.
    async fn link(&self, linking: &Linking) -> Result<(), StoreError<LinkConflict>>;

    /// Unlinks the identity of a provider, atomically.
    ///
    /// # Errors
    /// MUST answer [`UnlinkConflict::NotLinked`] if there is none, and [`UnlinkConflict::LastWay`] if neither a password nor an
    /// identity of a usable provider would be left, also when several are unlinked at once.
    async fn unlink(&self, unlinking: &Unlinking) -> Result<(), StoreError<UnlinkConflict>>;

    /// Gives an account that was never confirmed to the owner of its address: password, sessions, tokens, second factor and
    /// other identities go, the identity comes, and the address counts as confirmed, atomically.
    ///
    /// # Errors
    /// MUST answer [`TakeOverConflict::Changed`] if the account is not active or its address was confirmed meanwhile, and
    /// [`TakeOverConflict::IdentityTaken`] if another account has the identity.
    async fn take_over(
        &self,
        take_over: &TakeOver,
    ) -> Result<TakenOver, StoreError<TakeOverConflict>>;
}
