//! Confirming that an account and an identity are of one person.

use std::sync::Arc;

use domain::account::linking::{LinkConflict, LinkGrounds, Linking};
use domain::account::one_time_token::TokenPurpose;
use domain::account::password::ClaimedPassword;
use domain::account::provider_flow::ProviderProof;
use domain::account::user::{AccountStatus, UserWithRoles};
use domain::audit::{AuditAction, Origin, Outcome, Subject};
use domain::job::Letter;
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::accounts::Accounts;
use domain::port::audit_trail::AuditTrail;
use domain::port::identities::Identities;
use domain::port::password_hasher::PasswordHasher;
use domain::port::provider_flows::ProviderFlows;
use domain::session::AuthMethod;

use crate::accounts::{Notice, with_notice};
use crate::sessions::door::{Admission, Door};

/// Links what waits to be linked, for whoever knows the password of the account, and signs them in.
pub struct ConfirmLink {
    /// Knows what waits.
    pub flows: Arc<dyn ProviderFlows>,
    /// Knows the accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Compares passwords.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Links.
    pub identities: Arc<dyn Identities>,
    /// Records failures.
    pub audit: Arc<dyn AuditTrail>,
    /// Opens sessions.
    pub door: Door,
}

/// A link that waits, and the account that it waits for.
#[derive(Debug)]
pub struct PendingLink {
    proof: ProviderProof,
    account: UserWithRoles,
}

impl PendingLink {
    /// What tries of the account's password are counted under: its address, as when signing in.
    #[must_use]
    pub fn counted_as(&self) -> String {
        let user = &self.account.user;
        user.email
            .as_ref()
            .map_or_else(|| user.id.to_string(), |email| email.as_str().to_owned())
    }
}

/// Why nothing was linked.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmLinkError {
    /// The token is none of ours, used or too old: deliberately one answer.
    #[error("the token is not valid")]
    TokenInvalid,
    /// The password is another one, or there is none.
    #[error("the credentials are not valid")]
    InvalidCredentials,
    /// The account is suspended.
    #[error("the account is suspended")]
    Suspended,
    /// Another account has the identity by now.
    #[error("another account has the identity")]
    IdentityTaken,
    /// The account has another identity of the provider.
    #[error("the account has another identity of the provider")]
    ProviderTaken,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl ConfirmLink {
    /// What a token would link; for counting tries before anything else is done.
    ///
    /// # Errors
    /// [`ConfirmLinkError::TokenInvalid`].
    pub async fn read(&self, token: &str) -> Result<PendingLink, ConfirmLinkError> {
        let purpose = TokenPurpose::ConfirmLink;
        let Ok(token) = self.door.codec.read(token, purpose) else {
            return Err(ConfirmLinkError::TokenInvalid);
        };
        let now = self.door.clock.now();
        let proof = self.flows.find_proof(token, purpose, now).await?;
        let proof = proof.ok_or(ConfirmLinkError::TokenInvalid)?;
        let account = self.accounts.find(proof.token.user).await?;
        let account = account.ok_or(ConfirmLinkError::TokenInvalid)?;
        Ok(PendingLink { proof, account })
    }

    /// Compares the password, links, and opens a session or asks for the second factor. A wrong password leaves the token as
    /// it is; how often passwords are tried is counted elsewhere.
    ///
    /// # Errors
    /// See [`ConfirmLinkError`].
    pub async fn run(
        &self,
        pending: PendingLink,
        password: &ClaimedPassword,
        origin: &Origin,
    ) -> Result<Admission, ConfirmLinkError> {
        let PendingLink { proof, account } = pending;
        let stored = self.accounts.find_password(account.user.id).await?;
        let check = self.passwords.check(password, stored.as_ref()).await?;
        if !check.matches() {
            self.record_failure(&proof, origin).await?;
            return Err(ConfirmLinkError::InvalidCredentials);
        }
        if account.user.status != AccountStatus::Active {
            self.record_failure(&proof, origin).await?;
            return Err(ConfirmLinkError::Suspended);
        }
        self.link(proof, origin).await?;
        let admitted = self.door.admit(account, AuthMethod::Password, origin);
        Ok(admitted.await?)
    }

    async fn link(&self, proof: ProviderProof, origin: &Origin) -> Result<(), ConfirmLinkError> {
        let (ids, clock) = (&*self.door.ids, &*self.door.clock);
        let (user, now) = (proof.token.user, clock.now());
        let action = AuditAction::LinkProvider;
        let entry = super::entry(ids, clock, action, user, &proof.identity.provider, origin);
        let provider = proof.identity.provider.as_str().to_owned();
        let notice = Notice::of(Letter::ProviderLinked).naming(Some(provider));
        let linking = Linking {
            user,
            identity: proof.identity,
            grounds: LinkGrounds::Token(proof.token.id),
            at: now,
            journal: with_notice(ids, entry, user, notice, now),
        };
        let linked = self.identities.link(&linking).await;
        linked.map_err(|error| match error {
            StoreError::Conflict(LinkConflict::GroundsGone) => ConfirmLinkError::TokenInvalid,
            StoreError::Conflict(LinkConflict::HeldByAnother) => ConfirmLinkError::IdentityTaken,
            StoreError::Conflict(LinkConflict::ProviderTaken) => ConfirmLinkError::ProviderTaken,
            StoreError::Outage(outage) => ConfirmLinkError::Outage(outage),
        })
    }

    async fn record_failure(&self, proof: &ProviderProof, origin: &Origin) -> Result<(), Outage> {
        let (provider, subject) = (&proof.identity.provider, Subject::User(proof.token.user));
        let (ids, clock) = (&*self.door.ids, &*self.door.clock);
        let mut failure = super::attempt(ids, clock, provider, subject, origin);
        failure.action = AuditAction::LinkProvider;
        let failure = failure.with_outcome(Outcome::Failure);
        self.audit.append(&Journal::new(failure)).await
    }
}
