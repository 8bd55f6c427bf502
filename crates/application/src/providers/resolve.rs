//! Deciding who somebody is here that a provider vouches for, and writing it down.

use std::sync::Arc;

use domain::access::role::RoleName;
use domain::access::standing::AccessChange;
use domain::account::identity::{Identity, ProviderProfile};
use domain::account::linking::{
    self, Decision, JoinConflict, Joining, TakeOver, TakeOverConflict, TakenOver,
};
use domain::account::locale::Locale;
use domain::account::one_time_token::{OneTimeToken, TokenPurpose};
use domain::account::profile::{Biography, DisplayName};
use domain::account::provider_flow::{ProofGrant, ProofIssue, ProviderProof};
use domain::account::registration::RegistrationMode;
use domain::account::suggestion;
use domain::account::user::{AccountStatus, User};
use domain::account::username::Username;
use domain::audit::{AuditAction, AuditEntry, Origin, Outcome, Subject};
use domain::id::UserId;
use domain::job::{Letter, MailOrder};
use domain::journal::Journal;
use domain::outage::{Dependency, Outage, StoreError};
use domain::port::announcements::Announcements;
use domain::port::audit_trail::AuditTrail;
use domain::port::clock::Clock;
use domain::port::hot_sessions::HotSessions;
use domain::port::identities::Identities;
use domain::port::ids::Ids;
use domain::port::one_time_tokens::OneTimeTokenCodec;
use domain::port::provider_flows::ProviderFlows;
use domain::revision::Revision;
use domain::secret::Secret;

/// How often somebody is looked at anew because others changed what was seen.
const LOOKS: u32 = 4;

/// Finds or makes the account of somebody whom a provider vouches for, and answers a code for them.
pub struct ResolveIdentity {
    /// Whether new people can join.
    pub mode: RegistrationMode,
    /// Knows whose an identity is.
    pub identities: Arc<dyn Identities>,
    /// Records what the code stands for.
    pub flows: Arc<dyn ProviderFlows>,
    /// Writes codes.
    pub codec: Arc<dyn OneTimeTokenCodec>,
    /// Records failures.
    pub audit: Arc<dyn AuditTrail>,
    /// The hot copies of sessions.
    pub hot: Arc<dyn HotSessions>,
    /// Tells the nodes.
    pub announcements: Arc<dyn Announcements>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why somebody whom a provider vouches for is nobody here.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// The account is suspended or deleted: nobody is told which.
    #[error("the account lets nobody in")]
    Refused,
    /// Nobody can join at the moment.
    #[error("registration is closed")]
    RegistrationClosed,
    /// We could not find out.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl ResolveIdentity {
    /// The code of a new session, or of the chance to confirm a link.
    ///
    /// # Errors
    /// See [`ResolveError`].
    pub(crate) async fn run(
        &self,
        identity: Identity,
        profile: &ProviderProfile,
        origin: &Origin,
    ) -> Result<Secret<String>, ResolveError> {
        for _ in 0..LOOKS {
            let email = profile.email.verified().map(|email| email.key().clone());
            let met = self.identities.meet(&identity, email).await?;
            let known = match linking::decide(&profile.email, &met) {
                Decision::SignIn(user) => Some((user, ProofGrant::SignIn)),
                Decision::ConfirmLink(user) => Some((user, ProofGrant::ConfirmLink)),
                Decision::TakeOver(user) => self.take_over(user, &identity, origin).await?,
                Decision::Join => self.join(&identity, profile, origin).await?,
                Decision::Refuse => {
                    let subject = met.holder.map(|holder| holder.user);
                    let subject = subject.or(met.namesake.map(|namesake| namesake.user));
                    return self.refuse(subject, &identity, origin).await;
                }
            };
            if let Some((user, grant)) = known {
                return Ok(self.issue(user, grant, identity, origin).await?);
            }
        }
        Err(Outage::Overloaded(Dependency::Postgres).into())
    }

    /// A code that stands for what somebody showed.
    pub(crate) async fn issue(
        &self,
        user: UserId,
        grant: ProofGrant,
        identity: Identity,
        origin: &Origin,
    ) -> Result<Secret<String>, Outage> {
        let now = self.clock.now();
        let token = OneTimeToken::new(self.ids.token(), user, TokenPurpose::Exchange, now);
        let action = match grant {
            ProofGrant::SignIn | ProofGrant::Reauthenticate(_) => AuditAction::ProveAtProvider,
            ProofGrant::ConfirmLink => AuditAction::DemandLinkConfirmation,
        };
        let provider = &identity.provider;
        let entry = super::entry(&*self.ids, &*self.clock, action, user, provider, origin);
        let mut journal = Journal::new(entry);
        if grant == ProofGrant::ConfirmLink {
            let notice = MailOrder::notice(user, Letter::LinkPending);
            journal = journal.enqueue(crate::accounts::mail(&*self.ids, notice, now));
        }
        let proof = ProviderProof {
            token,
            grant,
            identity,
        };
        self.flows.issue(&ProofIssue { proof, journal }).await?;
        Ok(self.codec.write(token.id, token.purpose))
    }

    async fn refuse(
        &self,
        user: Option<UserId>,
        identity: &Identity,
        origin: &Origin,
    ) -> Result<Secret<String>, ResolveError> {
        let subject = user.map_or(Subject::None, Subject::User);
        let provider = &identity.provider;
        let failure = super::attempt(&*self.ids, &*self.clock, provider, subject, origin);
        let failure = failure.with_outcome(Outcome::Failure);
        self.audit.append(&Journal::new(failure)).await?;
        Err(ResolveError::Refused)
    }

    /// `None` if the account is another one by now.
    async fn take_over(
        &self,
        user: UserId,
        identity: &Identity,
        origin: &Origin,
    ) -> Result<Option<(UserId, ProofGrant)>, Outage> {
        let now = self.clock.now();
        let notice = MailOrder::notice(user, Letter::AccountTakenOver);
        let journal =
            Journal::new(self.entry(AuditAction::TakeOverAccount, user, identity, origin))
                .enqueue(crate::accounts::mail(&*self.ids, notice, now));
        let take_over = TakeOver {
            user,
            identity: identity.clone(),
            at: now,
            journal,
        };
        let TakenOver { ended, epoch } = match self.identities.take_over(&take_over).await {
            Ok(taken) => taken,
            Err(StoreError::Conflict(
                TakeOverConflict::Changed | TakeOverConflict::IdentityTaken,
            )) => return Ok(None),
            Err(StoreError::Outage(outage)) => return Err(outage),
        };
        crate::sessions::forget(&*self.hot, &*self.announcements, &ended).await;
        self.announcements
            .announce(&[AccessChange::User { user, epoch }])
            .await;
        Ok(Some((user, ProofGrant::SignIn)))
    }

    /// `None` if somebody has the identity or the address by now.
    async fn join(
        &self,
        identity: &Identity,
        profile: &ProviderProfile,
        origin: &Origin,
    ) -> Result<Option<(UserId, ProofGrant)>, ResolveError> {
        if self.mode == RegistrationMode::Closed {
            return Err(ResolveError::RegistrationClosed);
        }
        let id = self.ids.user();
        let names = suggestion::usernames(
            profile.login.as_deref(),
            profile.display_name.as_ref().map(DisplayName::as_str),
            &id.to_string(),
        );
        for username in names {
            let joining = Joining {
                user: self.newcomer(id, username, profile),
                roles: vec![RoleName::user()],
                identity: identity.clone(),
                journal: Journal::new(self.entry(
                    AuditAction::JoinByProvider,
                    id,
                    identity,
                    origin,
                )),
            };
            match self.identities.join(&joining).await {
                Ok(()) => return Ok(Some((id, ProofGrant::SignIn))),
                Err(StoreError::Conflict(JoinConflict::UsernameTaken)) => {}
                Err(StoreError::Conflict(
                    JoinConflict::EmailTaken | JoinConflict::IdentityTaken,
                )) => return Ok(None),
                Err(StoreError::Outage(outage)) => return Err(outage.into()),
            }
        }
        Ok(None)
    }

    fn newcomer(&self, id: UserId, username: Username, profile: &ProviderProfile) -> User {
        let now = self.clock.now();
        let email = profile.email.verified().cloned();
        User {
            id,
            username,
            display_name: profile.display_name.clone(),
            avatar: None,
            biography: Biography::default(),
            email_verified_at: email.is_some().then_some(now),
            email,
            locale: Locale::default(),
            status: AccountStatus::Active,
            revision: Revision::FIRST,
            created_at: now,
            updated_at: now,
        }
    }

    fn entry(
        &self,
        action: AuditAction,
        user: UserId,
        identity: &Identity,
        origin: &Origin,
    ) -> AuditEntry {
        let provider = &identity.provider;
        super::entry(&*self.ids, &*self.clock, action, user, provider, origin)
    }
}

#[cfg(test)]
mod tests;
