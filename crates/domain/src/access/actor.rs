//! Who is acting, and the only place where a proof of permission is made.

use chrono::{DateTime, TimeDelta, Utc};

use crate::access::permission::{Permission, PermissionSet};
use crate::access::proof::{Fresh, Permitted, Right};
use crate::access::standing::Standing;
use crate::account::user::AccountStatus;
use crate::audit::{Origin, Party};
use crate::id::{SessionId, UserId};

/// A signed-in person whose session lives and whose account is active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    user: UserId,
    session: SessionId,
    email_verified: bool,
    permissions: PermissionSet,
    authenticated_at: DateTime<Utc>,
    origin: Origin,
}

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
        match standing.rights.status {
            AccountStatus::Active => {}
            AccountStatus::Suspended => return Err(Barred::Suspended),
            AccountStatus::Deleted => return Err(Barred::Deleted),
        }
        origin.session = Some(standing.session);
        Ok(Self {
            user: standing.user,
            session: standing.session,
            email_verified: standing.rights.email_verified,
            permissions: standing.rights.permissions,
            authenticated_at,
            origin,
        })
    }

    /// Proves that the actor holds the right `P`.
    ///
    /// # Errors
    /// [`Denied`] tells what is missing; the permission is looked at first.
    pub fn permit<P: Right>(self) -> Result<Permitted<P>, Denied> {
        if !self.permissions.contains(P::PERMISSION) {
            return Err(Denied::Missing(P::PERMISSION));
        }
        if P::NEEDS_VERIFIED_EMAIL && !self.email_verified {
            return Err(Denied::EmailNotVerified);
        }
        Ok(Permitted::proven(self))
    }

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

    /// The person.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// The session they act through.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// Whether their address was confirmed.
    #[must_use]
    pub const fn email_verified(&self) -> bool {
        self.email_verified
    }

    /// Everything they may do.
    #[must_use]
    pub const fn permissions(&self) -> PermissionSet {
        self.permissions
    }

    /// When they last proved who they are.
    #[must_use]
    pub const fn authenticated_at(&self) -> DateTime<Utc> {
        self.authenticated_at
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
