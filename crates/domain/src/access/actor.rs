//! Who is acting, and the only place where a proof of permission is made.

use std::ops::Deref;

use chrono::{DateTime, TimeDelta, Utc};

use crate::access::key::{Carrier, KeyStanding};
use crate::access::permission::{Permission, PermissionSet};
use crate::access::proof::{Fresh, Permitted, Right};
use crate::access::standing::{Rights, Standing};
use crate::account::user::AccountStatus;
use crate::audit::{Origin, Party};
use crate::id::{SessionId, UserId};

/// A known person whose account is active, and through what they act: a living session, or an API key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    user: UserId,
    carrier: Carrier,
    email_verified: bool,
    /// What the roles of the person permit.
    held: PermissionSet,
    /// What of that the carrier reaches.
    permissions: PermissionSet,
    origin: Origin,
}

/// An actor proven to act through a session of their own; only [`Actor::by_session`] makes one.
///
/// What manages an account takes this proof, so that no API key ever gets there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionActor {
    actor: Actor,
    session: SessionId,
    authenticated_at: DateTime<Utc>,
}

/// The act needs a session; an API key is not enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionRequired;

/// Why an account may not act at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barred {
    /// Suspended by staff.
    Suspended,
    /// Deleted.
    Deleted,
}

/// Why an act is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// No role of the person gives the permission.
    Missing(Permission),
    /// The person holds the permission, and the API key they act through does not reach it.
    OutOfScope(Permission),
    /// The act needs a confirmed address.
    EmailNotVerified,
}

/// The actor has to prove once more who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProofTooOld;

/// How recent a sign-in has to be for sensitive acts.
pub const REAUTHENTICATION_AGE: TimeDelta = TimeDelta::minutes(10);

impl Actor {
    /// The person behind a living session.
    ///
    /// # Errors
    /// [`Barred`] if the account is not active.
    pub fn admit(
        standing: &Standing,
        authenticated_at: DateTime<Utc>,
        mut origin: Origin,
    ) -> Result<Self, Barred> {
        origin.session = Some(standing.session);
        let carrier = Carrier::Session {
            id: standing.session,
            authenticated_at,
        };
        Self::carried(standing.user, standing.rights, carrier, origin)
    }

    /// The person behind a living API key.
    ///
    /// # Errors
    /// [`Barred`] if the account is not active.
    pub fn admit_key(standing: &KeyStanding, mut origin: Origin) -> Result<Self, Barred> {
        origin.key = Some(standing.key);
        let carrier = Carrier::Key {
            id: standing.key,
            reach: standing.reach.clone(),
        };
        Self::carried(standing.user, standing.rights, carrier, origin)
    }

    fn carried(
        user: UserId,
        rights: Rights,
        carrier: Carrier,
        origin: Origin,
    ) -> Result<Self, Barred> {
        match rights.status {
            AccountStatus::Active => {}
            AccountStatus::Suspended => return Err(Barred::Suspended),
            AccountStatus::Deleted => return Err(Barred::Deleted),
        }
        Ok(Self {
            user,
            email_verified: rights.email_verified,
            held: rights.permissions,
            permissions: carrier.within(rights.permissions),
            carrier,
            origin,
        })
    }

    /// Proves that the actor holds the right `P`.
    ///
    /// # Errors
    /// [`Denied`] tells what is missing; the permission is looked at first.
    pub fn permit<P: Right>(self) -> Result<Permitted<P>, Denied> {
        match self.denial_of::<P>() {
            Some(denied) => Err(denied),
            None => Ok(Permitted::proven(self)),
        }
    }

    /// What keeps the actor from the right `P`, for whoever writes it down; to act on it takes [`permit`](Self::permit).
    #[must_use]
    pub fn denial_of<P: Right>(&self) -> Option<Denied> {
        if !self.held.contains(P::PERMISSION) {
            return Some(Denied::Missing(P::PERMISSION));
        }
        if !self.permissions.contains(P::PERMISSION) {
            return Some(Denied::OutOfScope(P::PERMISSION));
        }
        (P::NEEDS_VERIFIED_EMAIL && !self.email_verified).then_some(Denied::EmailNotVerified)
    }

    /// Proves that the actor acts through a session.
    ///
    /// # Errors
    /// [`SessionRequired`] if it is an API key.
    pub fn by_session(self) -> Result<SessionActor, SessionRequired> {
        match self.carrier {
            Carrier::Session {
                id,
                authenticated_at,
            } => Ok(SessionActor {
                actor: self,
                session: id,
                authenticated_at,
            }),
            Carrier::Key { .. } => Err(SessionRequired),
        }
    }

    /// The person.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// Through what they act.
    #[must_use]
    pub const fn carrier(&self) -> &Carrier {
        &self.carrier
    }

    /// Whether their address was confirmed.
    #[must_use]
    pub const fn email_verified(&self) -> bool {
        self.email_verified
    }

    /// Everything they may do through what they act by.
    #[must_use]
    pub const fn permissions(&self) -> PermissionSet {
        self.permissions
    }

    /// Where the request came from.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The actor as the audit log names them.
    #[must_use]
    pub const fn party(&self) -> Party {
        Party::User(self.user)
    }
}

impl SessionActor {
    /// Proves that the actor has shown who they are within the last [`REAUTHENTICATION_AGE`].
    ///
    /// # Errors
    /// [`ProofTooOld`] if they have not.
    pub fn fresh(self, now: DateTime<Utc>) -> Result<Fresh, ProofTooOld> {
        if now - self.authenticated_at < REAUTHENTICATION_AGE {
            Ok(Fresh::proven(self))
        } else {
            Err(ProofTooOld)
        }
    }

    /// The session they act through.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.session
    }
}

/// Whoever acts through a session is an actor in every other respect, too.
impl Deref for SessionActor {
    type Target = Actor;

    fn deref(&self) -> &Actor {
        &self.actor
    }
}

/// Somebody who looks at things: signed in or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Viewer {
    /// Nobody we know.
    Anonymous,
    /// Somebody we know.
    SignedIn(Actor),
}

impl Viewer {
    /// The person, where there is one.
    #[must_use]
    pub const fn user(&self) -> Option<UserId> {
        match self {
            Self::Anonymous => None,
            Self::SignedIn(actor) => Some(actor.user()),
        }
    }

    /// Whether the viewer holds a permission; nobody holds none.
    #[must_use]
    pub const fn may(&self, permission: Permission) -> bool {
        match self {
            Self::Anonymous => false,
            Self::SignedIn(actor) => actor.permissions.contains(permission),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::access::key::{KeyReach, KeyScope, KeyScopes};
    use crate::access::standing::AccessEpoch;
    use crate::id::{ApiKeyId, ScriptId};
    use uuid::Uuid;

    pub(crate) const ADA: UserId = UserId::new(Uuid::from_u128(7));

    fn rights(permissions: PermissionSet) -> Rights {
        Rights {
            status: AccountStatus::Active,
            email_verified: true,
            permissions,
            epoch: AccessEpoch(1),
        }
    }

    fn standing(permissions: PermissionSet, reach: KeyReach) -> KeyStanding {
        KeyStanding {
            key: ApiKeyId::new(Uuid::from_u128(8)),
            user: ADA,
            reach,
            expires_at: DateTime::UNIX_EPOCH,
            last_used_at: None,
            rights: rights(permissions),
        }
    }

    /// Ada through a key of these scopes, with these permissions of her roles.
    pub(crate) fn key_holding(
        permissions: PermissionSet,
        scopes: &[KeyScope],
        scripts: Option<Vec<ScriptId>>,
    ) -> Actor {
        let scopes = KeyScopes::collect(scopes.iter().copied()).unwrap();
        let reach = KeyReach::restore(scopes, scripts);
        Actor::admit_key(&standing(permissions, reach), Origin::default()).unwrap()
    }

    /// Ada through a key, with no permission.
    pub(crate) fn key_of(scopes: &[KeyScope], scripts: Option<Vec<ScriptId>>) -> Actor {
        key_holding(PermissionSet::EMPTY, scopes, scripts)
    }

    /// Ada in a session, with these permissions.
    pub(crate) fn session_of(permissions: &[Permission]) -> Actor {
        let standing = Standing {
            session: SessionId::new(Uuid::from_u128(9)),
            user: ADA,
            rights: rights(permissions.iter().copied().collect()),
        };
        Actor::admit(&standing, DateTime::UNIX_EPOCH, Origin::default()).unwrap()
    }

    #[test]
    fn an_act_on_the_account_itself_takes_a_session() {
        assert!(session_of(&[]).by_session().is_ok());
        let through_key = key_of(&[KeyScope::Read, KeyScope::Write], None);
        assert_eq!(through_key.by_session(), Err(SessionRequired));
    }

    #[test]
    fn an_account_that_may_not_act_does_not_act_through_its_keys() {
        let scopes = KeyScopes::collect([KeyScope::Read]).unwrap();
        let mut standing = standing(PermissionSet::EMPTY, KeyReach::restore(scopes, None));
        for (status, barred) in [
            (AccountStatus::Suspended, Barred::Suspended),
            (AccountStatus::Deleted, Barred::Deleted),
        ] {
            standing.rights.status = status;
            let admitted = Actor::admit_key(&standing, Origin::default());
            assert_eq!(admitted, Err(barred));
        }
    }

    #[test]
    fn what_was_done_through_a_key_names_the_key() {
        let origin = key_of(&[KeyScope::Read], None).origin().clone();
        assert!(origin.key.is_some() && origin.session.is_none());
    }
}
