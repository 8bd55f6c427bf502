//! The door that everybody comes through who has proven who they are: by password, or at a provider.

use std::sync::Arc;

use domain::account::one_time_token::{OneTimeToken, TokenPurpose};
use domain::account::second_factor::FactorChallenge;
use domain::account::user::UserWithRoles;
use domain::audit::{AuditAction, AuditEntry, Origin, Party, Subject};
use domain::id::UserId;
use domain::journal::Journal;
use domain::outage::Outage;
use domain::port::announcements::Announcements;
use domain::port::clock::Clock;
use domain::port::hot_sessions::HotSessions;
use domain::port::ids::Ids;
use domain::port::one_time_tokens::OneTimeTokenCodec;
use domain::port::second_factors::SecondFactors;
use domain::port::sessions::Sessions;
use domain::secret::Secret;
use domain::session::AuthMethod;
use domain::session::token::TokenPair;

use crate::sessions::issue::TokenIssuer;

/// Opens sessions, and asks those for their second factor who have one.
#[derive(Clone)]
pub struct Door {
    /// Knows who has a second factor.
    pub second_factors: Arc<dyn SecondFactors>,
    /// Writes the tokens that wait for one.
    pub codec: Arc<dyn OneTimeTokenCodec>,
    /// Records sessions.
    pub sessions: Arc<dyn Sessions>,
    /// Keeps sessions hot.
    pub hot: Arc<dyn HotSessions>,
    /// Tells the nodes about ended sessions.
    pub announcements: Arc<dyn Announcements>,
    /// Makes tokens.
    pub issuer: TokenIssuer,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Somebody is signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// The account.
    pub account: UserWithRoles,
    /// The tokens.
    pub tokens: TokenPair,
}

/// What a first proof leads to.
#[derive(Debug)]
pub enum Admission {
    /// A session.
    SignedIn(Box<SignedIn>),
    /// A token, good for five minutes, that a code of the second factor completes.
    SecondFactorDue(Secret<String>),
}

impl Door {
    /// Opens a session for the person of an active account who has proven who they are in this way, or asks for the second
    /// factor.
    pub(crate) async fn admit(
        &self,
        account: UserWithRoles,
        first: AuthMethod,
        origin: &Origin,
    ) -> Result<Admission, Outage> {
        let user = account.user.id;
        if self.second_factors.is_enabled(user).await? {
            let token = self.demand_second_factor(user, first, origin).await?;
            return Ok(Admission::SecondFactorDue(token));
        }
        let signed_in = self.open(account, first, origin).await?;
        Ok(Admission::SignedIn(Box::new(signed_in)))
    }

    async fn demand_second_factor(
        &self,
        user: UserId,
        first: AuthMethod,
        origin: &Origin,
    ) -> Result<Secret<String>, Outage> {
        let now = self.clock.now();
        let token = OneTimeToken::new(self.ids.token(), user, TokenPurpose::Mfa, now);
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            Party::Anonymous,
            AuditAction::DemandSecondFactor,
            Subject::User(user),
            origin,
        );
        let challenge = FactorChallenge {
            token,
            first,
            journal: Journal::new(entry),
        };
        self.second_factors.challenge(&challenge).await?;
        Ok(self.codec.write(token.id, token.purpose))
    }

    async fn open(
        &self,
        account: UserWithRoles,
        first: AuthMethod,
        origin: &Origin,
    ) -> Result<SignedIn, Outage> {
        let (now, user) = (self.clock.now(), account.user.id);
        let is_new = self.sessions.is_new_device(user, origin.device.clone());
        let come = (origin, is_new.await?);
        let (opening, tokens) =
            super::opening(&self.issuer, &*self.ids, user, vec![first], now, come)?;
        let ended = self.sessions.open(&opening).await?;
        let session = &opening.session;
        super::warm(&*self.hot, session.id, user, &session.rotation).await;
        super::forget(&*self.hot, &*self.announcements, &ended).await;
        Ok(SignedIn { account, tokens })
    }
}
