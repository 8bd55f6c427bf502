//! Somebody comes back from a provider.

use std::sync::Arc;

use domain::account::identity::{Identity, ProviderName, ProviderProfile};
use domain::account::linking::{LinkConflict, LinkGrounds, Linking};
use domain::account::one_time_token::TokenPurpose;
use domain::account::provider_flow::{Asker, FlowIntent, ProofGrant, ProviderFlow, ReturnPath};
use domain::account::user::AccountStatus;
use domain::audit::{AuditAction, Origin, Outcome, Subject};
use domain::id::{TokenId, UserId};
use domain::job::Letter;
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::identities::Identities;
use domain::port::identity_providers::{AuthorizationGrant, IdentityProviders, ProviderError};
use domain::port::sealer::Sealer;
use domain::secret::Secret;

use crate::accounts::{Notice, with_notice};
use crate::providers::resolve::{ResolveError, ResolveIdentity};

/// Ends the way to a provider: signs in, links, or proves, as it was meant when it began.
pub struct FinishProviderFlow {
    /// Knows who came.
    pub providers: Arc<dyn IdentityProviders>,
    /// Links.
    pub identities: Arc<dyn Identities>,
    /// Opens the browser's half.
    pub sealer: Arc<dyn Sealer>,
    /// Knows who that is here, and has the rest of what is needed.
    pub resolve: ResolveIdentity,
}

/// Somebody who comes back.
#[derive(Debug)]
pub struct Homecoming {
    /// From whom, as the address says that they came to.
    pub provider: ProviderName,
    /// The way, as the `state` names it.
    pub flow: Option<TokenId>,
    /// The browser's half.
    pub sealed: Option<Vec<u8>>,
    /// What the provider says.
    pub answer: ProviderAnswer,
    /// Whose access token came along, if one did.
    pub bearer: Option<UserId>,
    /// Where the request came from.
    pub origin: Origin,
}

/// What a provider sends somebody back with (RFC 6749, sections 4.1.2 and 4.1.2.1).
#[derive(Debug)]
pub enum ProviderAnswer {
    /// A code.
    Code(Secret<String>),
    /// The person does not want to.
    Denied,
    /// The provider does not want to, or says nothing that makes sense.
    Failed,
}

/// Where somebody arrives.
#[derive(Debug)]
pub struct Landing {
    /// The page that they wanted to go on with.
    pub return_to: ReturnPath,
    /// With what.
    pub arrival: Result<Arrival, Setback>,
}

/// What somebody came home with.
#[derive(Debug)]
pub enum Arrival {
    /// A code to exchange.
    Code(Secret<String>),
    /// One more way to sign in.
    Linked,
}

/// Why somebody came home with nothing.
#[derive(Debug, thiserror::Error)]
pub enum Setback {
    /// The way is unknown, over, somebody else's or another provider's.
    #[error("the way back is not the way there")]
    StateInvalid,
    /// The person does not want to.
    #[error("the person does not want to")]
    AccessDenied,
    /// The provider vouches for nobody.
    #[error("the provider vouches for nobody")]
    ProviderRefused,
    /// The provider did not answer in time, or not as a provider does.
    #[error("the provider is unavailable")]
    ProviderUnavailable,
    /// The account is suspended or deleted.
    #[error("the account lets nobody in")]
    SignInRefused,
    /// Nobody can join at the moment.
    #[error("registration is closed")]
    RegistrationClosed,
    /// The session that asked has ended, or another person is here.
    #[error("the session that asked is not here")]
    SessionEnded,
    /// Another account has the identity.
    #[error("another account has the identity")]
    IdentityTaken,
    /// The account has another identity of the provider.
    #[error("the account has another identity of the provider")]
    ProviderTaken,
    /// The identity is not one of the person who is signed in.
    #[error("it is somebody else")]
    WrongPerson,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl From<ResolveError> for Setback {
    fn from(error: ResolveError) -> Self {
        match error {
            ResolveError::Refused => Self::SignInRefused,
            ResolveError::RegistrationClosed => Self::RegistrationClosed,
            ResolveError::Outage(outage) => Self::Outage(outage),
        }
    }
}

impl FinishProviderFlow {
    /// The way that a `state` names; nothing for one that is none of ours.
    #[must_use]
    pub fn read_state(&self, state: &str) -> Option<TokenId> {
        let codec = &self.resolve.codec;
        codec.read(state, TokenPurpose::ProviderFlow).ok()
    }

    /// Ends the way. Whatever the provider says, the way cannot be taken again.
    pub async fn run(&self, home: Homecoming) -> Landing {
        let (flow, keys) = match self.take(&home).await {
            Ok(taken) => taken,
            Err(setback) => {
                return Landing {
                    return_to: ReturnPath::default(),
                    arrival: Err(setback),
                };
            }
        };
        let arrival = self.arrive(home, &flow, keys).await;
        Landing {
            return_to: flow.return_to,
            arrival,
        }
    }

    /// Both halves of the way: ours is gone with this.
    async fn take(&self, home: &Homecoming) -> Result<(ProviderFlow, FlowKeys), Setback> {
        let id = home.flow.ok_or(Setback::StateInvalid)?;
        let sealed = home.sealed.as_ref().ok_or(Setback::StateInvalid)?;
        let keys = FlowKeys::open(&*self.sealer, id, sealed).ok_or(Setback::StateInvalid)?;
        let now = self.resolve.clock.now();
        let flow = self.resolve.flows.take(id, now).await?;
        let flow = flow.filter(|flow| flow.provider == home.provider);
        Ok((flow.ok_or(Setback::StateInvalid)?, keys))
    }

    async fn arrive(
        &self,
        home: Homecoming,
        flow: &ProviderFlow,
        keys: FlowKeys,
    ) -> Result<Arrival, Setback> {
        if let (Some(asker), Some(bearer)) = (flow.intent.asker(), home.bearer)
            && asker.user != bearer
        {
            return self.fail(flow, Setback::SessionEnded, &home.origin).await;
        }
        let code = match home.answer {
            ProviderAnswer::Code(code) => code,
            ProviderAnswer::Denied => return Err(Setback::AccessDenied),
            ProviderAnswer::Failed => return Err(Setback::ProviderRefused),
        };
        let profile = self.ask(flow, code, keys).await?;
        let identity = Identity {
            provider: flow.provider.clone(),
            subject: profile.subject.clone(),
        };
        match flow.intent {
            FlowIntent::SignIn => {
                let code = self.resolve.run(identity, &profile, &home.origin).await?;
                Ok(Arrival::Code(code))
            }
            FlowIntent::Link(asker) => match self.link(asker, identity, &home.origin).await {
                Ok(()) => Ok(Arrival::Linked),
                Err(setback) => self.fail(flow, setback, &home.origin).await,
            },
            FlowIntent::Reauthenticate(asker) => {
                match self.reauthenticate(asker, identity, &home.origin).await {
                    Ok(code) => Ok(Arrival::Code(code)),
                    Err(setback) => self.fail(flow, setback, &home.origin).await,
                }
            }
        }
    }

    async fn ask(
        &self,
        flow: &ProviderFlow,
        code: Secret<String>,
        keys: FlowKeys,
    ) -> Result<ProviderProfile, Setback> {
        let grant = AuthorizationGrant {
            provider: flow.provider.clone(),
            code,
            verifier: keys.verifier,
            nonce: keys.nonce,
            now: self.resolve.clock.now(),
        };
        let provider = flow.provider.as_str();
        self.providers
            .finish(&grant)
            .await
            .map_err(|error| match error {
                ProviderError::Unknown => Setback::StateInvalid,
                ProviderError::Refused(cause) => {
                    tracing::info!(provider, error = %cause, "a provider vouches for nobody");
                    Setback::ProviderRefused
                }
                ProviderError::Unavailable(cause) => {
                    tracing::warn!(provider, error = %cause, "a provider is unavailable");
                    Setback::ProviderUnavailable
                }
            })
    }

    async fn link(&self, asker: Asker, identity: Identity, origin: &Origin) -> Result<(), Setback> {
        let (ids, clock) = (&*self.resolve.ids, &*self.resolve.clock);
        let (user, now) = (asker.user, clock.now());
        let mut origin = origin.clone();
        origin.session = Some(asker.session);
        let action = AuditAction::LinkProvider;
        let entry = super::entry(ids, clock, action, user, &identity.provider, &origin);
        let provider = identity.provider.as_str().to_owned();
        let notice = Notice::of(Letter::ProviderLinked).naming(Some(provider));
        let linking = Linking {
            user,
            identity,
            grounds: LinkGrounds::Session(asker.session),
            at: now,
            journal: with_notice(ids, entry, user, notice, now),
        };
        let linked = self.identities.link(&linking).await;
        linked.map_err(|error| match error {
            StoreError::Conflict(LinkConflict::HeldByAnother) => Setback::IdentityTaken,
            StoreError::Conflict(LinkConflict::ProviderTaken) => Setback::ProviderTaken,
            StoreError::Conflict(LinkConflict::GroundsGone) => Setback::SessionEnded,
            StoreError::Outage(outage) => Setback::Outage(outage),
        })
    }

    async fn reauthenticate(
        &self,
        asker: Asker,
        identity: Identity,
        origin: &Origin,
    ) -> Result<Secret<String>, Setback> {
        let met = self.identities.meet(&identity, None).await?;
        let is_them = met.holder.is_some_and(|holder| {
            holder.user == asker.user && holder.status == AccountStatus::Active
        });
        if !is_them {
            return Err(Setback::WrongPerson);
        }
        let grant = ProofGrant::Reauthenticate(asker.session);
        let issued = self
            .resolve
            .issue(asker.user, grant, identity, origin)
            .await;
        Ok(issued?)
    }

    /// Records that somebody who was signed in did not get what they asked for.
    async fn fail(
        &self,
        flow: &ProviderFlow,
        setback: Setback,
        origin: &Origin,
    ) -> Result<Arrival, Setback> {
        if matches!(setback, Setback::Outage(_)) {
            return Err(setback);
        }
        let resolve = &self.resolve;
        let user = flow.intent.asker().map(|asker| asker.user);
        let subject = user.map_or(Subject::None, Subject::User);
        let provider = &flow.provider;
        let mut entry = super::attempt(&*resolve.ids, &*resolve.clock, provider, subject, origin);
        if matches!(flow.intent, FlowIntent::Link(_)) {
            entry.action = AuditAction::LinkProvider;
        }
        let failure = entry.with_outcome(Outcome::Failure);
        resolve.audit.append(&Journal::new(failure)).await?;
        Err(setback)
    }
}

/// What the browser kept.
#[derive(Debug)]
struct FlowKeys {
    verifier: Secret<String>,
    nonce: Secret<String>,
}

impl FlowKeys {
    /// The keys of this way; nothing if they were not sealed by us, or for another way.
    fn open(sealer: &dyn Sealer, flow: TokenId, brought: &[u8]) -> Option<Self> {
        let opened = sealer.open(&super::about(flow), brought).ok()?;
        let text = str::from_utf8(opened.expose()).ok()?;
        let (verifier, nonce) = text.split_once('\n')?;
        Some(Self {
            verifier: Secret::new(verifier.to_owned()),
            nonce: Secret::new(nonce.to_owned()),
        })
    }
}
