//! Tokens for the code that somebody came back from a provider with.

use std::sync::Arc;

use domain::account::identity::{ProviderName, SignInWays};
use domain::account::one_time_token::{OneTimeToken, TokenPurpose};
use domain::account::provider_flow::{ProofGrant, ProofIssue, ProviderProof};
use domain::account::user::{AccountStatus, UserWithRoles};
use domain::audit::{AuditAction, AuditEntry, Origin, Party, Subject};
use domain::id::SessionId;
use domain::journal::Journal;
use domain::outage::Outage;
use domain::port::accounts::Accounts;
use domain::port::identities::Identities;
use domain::port::provider_flows::ProviderFlows;
use domain::secret::Secret;
use domain::session::{AuthMethod, Reauthentication};

use crate::sessions::door::{Admission, Door, SignedIn};
use crate::sessions::issue::Grounds;

/// Exchanges a code, once.
pub struct ExchangeCode {
    /// Knows what codes stand for.
    pub flows: Arc<dyn ProviderFlows>,
    /// Knows the accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Knows the ways to sign in that an account has.
    pub identities: Arc<dyn Identities>,
    /// Opens sessions.
    pub door: Door,
}

/// What a code was exchanged for.
#[derive(Debug)]
pub struct Exchanged {
    /// The provider that the code came from.
    pub provider: ProviderName,
    /// What it was good for.
    pub gain: Gain,
}

/// What a code is good for.
#[derive(Debug)]
pub enum Gain {
    /// A sign-in, or the demand for a second factor.
    Admission(Admission),
    /// Tokens of the session that asked, with a fresh time of proof.
    Reauthenticated(Box<SignedIn>),
    /// The account has the address already: its owner has to say so by one of its older ways to sign in.
    LinkDue(LinkDue),
}

/// A link that waits to be confirmed.
#[derive(Debug)]
pub struct LinkDue {
    /// What confirms it, together with an older way to sign in.
    pub token: Secret<String>,
    /// The older ways.
    pub ways: SignInWays,
}

/// Why a code was not exchanged.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The code is none of ours, used or too old: deliberately one answer.
    #[error("the code is not valid")]
    CodeInvalid,
    /// The account was suspended or deleted meanwhile.
    #[error("the account lets nobody in")]
    Refused,
    /// The session that asked for a fresh proof has ended.
    #[error("the session has ended")]
    SessionEnded,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl ExchangeCode {
    /// Exchanges the code. It is used up by this, whatever comes of it.
    ///
    /// # Errors
    /// See [`ExchangeError`].
    pub async fn run(&self, code: &str, origin: &Origin) -> Result<Exchanged, ExchangeError> {
        let purpose = TokenPurpose::Exchange;
        let Ok(token) = self.door.codec.read(code, purpose) else {
            return Err(ExchangeError::CodeInvalid);
        };
        let now = self.door.clock.now();
        let proof = self.flows.take_proof(token, purpose, now).await?;
        let proof = proof.ok_or(ExchangeError::CodeInvalid)?;
        let account = self.accounts.find(proof.token.user).await?;
        let account = account
            .filter(|account| account.user.status == AccountStatus::Active)
            .ok_or(ExchangeError::Refused)?;
        let provider = proof.identity.provider.clone();
        let gain = match proof.grant {
            ProofGrant::SignIn => {
                let admitted = self.door.admit(account, AuthMethod::Federated, origin);
                Gain::Admission(admitted.await?)
            }
            ProofGrant::Reauthenticate(session) => {
                let signed_in = self.reauthenticate(account, session, origin).await?;
                Gain::Reauthenticated(Box::new(signed_in))
            }
            ProofGrant::ConfirmLink => Gain::LinkDue(self.demand(proof, origin).await?),
        };
        Ok(Exchanged { provider, gain })
    }

    async fn reauthenticate(
        &self,
        account: UserWithRoles,
        session: SessionId,
        origin: &Origin,
    ) -> Result<SignedIn, ExchangeError> {
        let door = &self.door;
        let (user, now) = (account.user.id, door.clock.now());
        let entry = AuditEntry::success(
            door.ids.audit(),
            now,
            Party::User(user),
            AuditAction::Reauthenticate,
            Subject::Session(session),
            origin,
        );
        let proof = Reauthentication {
            session,
            user,
            methods: vec![AuthMethod::Federated],
            at: now,
            journal: Journal::new(entry),
        };
        let state = door.sessions.reauthenticate(&proof).await?;
        let state = state.ok_or(ExchangeError::SessionEnded)?;
        let grounds = Grounds {
            user,
            session,
            state: &state,
            authenticated_at: now,
            methods: &proof.methods,
        };
        let tokens = door.issuer.pair(grounds, now)?;
        Ok(SignedIn { account, tokens })
    }

    /// A longer-lived token for the confirmation, in the place of the code.
    async fn demand(&self, proof: ProviderProof, origin: &Origin) -> Result<LinkDue, Outage> {
        let door = &self.door;
        let (user, now) = (proof.token.user, door.clock.now());
        let ways = self.identities.list(user).await?;
        let token = OneTimeToken::new(door.ids.token(), user, TokenPurpose::ConfirmLink, now);
        let entry = super::attempt(
            &*door.ids,
            &*door.clock,
            &proof.identity.provider,
            Subject::User(user),
            origin,
        );
        let issue = ProofIssue {
            proof: ProviderProof { token, ..proof },
            journal: Journal::new(entry),
        };
        self.flows.issue(&issue).await?;
        let token = door.codec.write(token.id, token.purpose);
        Ok(LinkDue { token, ways })
    }
}
