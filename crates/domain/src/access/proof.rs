//! Permission as a proof: a use case that demands `Permitted<P>` cannot be called without the check.

use std::marker::PhantomData;

use crate::access::actor::Actor;
use crate::access::permission::Permission;

/// A right that use cases demand, as a type.
pub trait Right: Send + Sync + 'static {
    /// The permission that gives it.
    const PERMISSION: Permission;
    /// Whether an unverified account is kept from it.
    const NEEDS_VERIFIED_EMAIL: bool;
}

/// An actor proven to hold `P`; only [`Actor::permit`] makes one.
#[derive(Debug)]
pub struct Permitted<P> {
    actor: Actor,
    proof: PhantomData<fn() -> P>,
}

impl<P: Right> Permitted<P> {
    pub(crate) const fn proven(actor: Actor) -> Self {
        Self {
            actor,
            proof: PhantomData,
        }
    }
}

impl<P> Permitted<P> {
    /// The actor.
    #[must_use]
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }
}

/// An actor proven to have shown who they are within [`REAUTHENTICATION_AGE`](crate::access::actor::REAUTHENTICATION_AGE);
/// only [`Actor::fresh`] makes one.
#[derive(Debug)]
pub struct Fresh(Actor);

impl Fresh {
    pub(crate) const fn proven(actor: Actor) -> Self {
        Self(actor)
    }

    /// The actor.
    #[must_use]
    pub const fn actor(&self) -> &Actor {
        &self.0
    }
}

macro_rules! rights {
    ($($(#[$doc:meta])* $name:ident: $permission:ident, verified: $verified:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Right for $name {
            const PERMISSION: Permission = Permission::$permission;
            const NEEDS_VERIFIED_EMAIL: bool = $verified;
        }
    )*};
}

rights! {
    /// May publish scripts and versions.
    CreateScripts: ScriptsCreate, verified: true;
    /// May change scripts: one's own, or any with `scripts.update_any`.
    UpdateScripts: ScriptsUpdate, verified: true;
    /// May delete and restore scripts: one's own, or any with `scripts.delete_any`.
    DeleteScripts: ScriptsDelete, verified: true;
    /// See accounts as staff does.
    ReadUsers: UsersRead, verified: true;
    /// Suspend accounts, lift suspensions, end their sessions.
    SuspendUsers: UsersSuspend, verified: true;
    /// Delete other people's accounts.
    DeleteUsers: UsersDelete, verified: true;
    /// Read and export the audit log.
    ReadAudit: AuditRead, verified: true;
    /// Bring accounts back.
    RestoreUsers: UsersRestore, verified: true;
    /// Give and take roles.
    GrantRoles: UsersRoles, verified: true;
    /// See roles and permissions.
    ReadRoles: RolesRead, verified: true;
    /// Make, change and delete roles.
    ManageRoles: RolesManage, verified: true;
    /// Make, change and delete permissions.
    ManagePermissions: PermissionsManage, verified: true;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::actor::{Denied, ProofTooOld, REAUTHENTICATION_AGE};
    use crate::access::permission::PermissionSet;
    use crate::access::standing::{AccessEpoch, Rights, Standing};
    use crate::account::user::AccountStatus;
    use crate::audit::Origin;
    use crate::id::{SessionId, UserId};
    use chrono::{DateTime, TimeDelta};
    use uuid::Uuid;

    fn actor(permissions: PermissionSet, email_verified: bool) -> Actor {
        let rights = Rights {
            status: AccountStatus::Active,
            email_verified,
            permissions,
            epoch: AccessEpoch(1),
        };
        let standing = Standing {
            session: SessionId::new(Uuid::nil()),
            user: UserId::new(Uuid::nil()),
            rights,
        };
        Actor::admit(&standing, DateTime::UNIX_EPOCH, Origin::default()).unwrap()
    }

    #[test]
    fn a_right_is_proven_by_its_permission_and_a_confirmed_address() {
        let creator = PermissionSet::EMPTY.with(Permission::ScriptsCreate);
        assert!(actor(creator, true).permit::<CreateScripts>().is_ok());
        assert_eq!(
            actor(creator, false).permit::<CreateScripts>().unwrap_err(),
            Denied::EmailNotVerified
        );
    }

    #[test]
    fn a_missing_permission_is_named_before_a_missing_confirmation() {
        let denied = actor(PermissionSet::EMPTY, false)
            .permit::<CreateScripts>()
            .unwrap_err();
        assert_eq!(denied, Denied::Missing(Permission::ScriptsCreate));
    }

    #[test]
    fn a_proof_is_fresh_for_less_than_ten_minutes() {
        let begun = DateTime::UNIX_EPOCH;
        let actor = actor(PermissionSet::EMPTY, true);
        let almost = begun + REAUTHENTICATION_AGE - TimeDelta::milliseconds(1);
        assert!(actor.clone().fresh(almost).is_ok());
        let late = begun + REAUTHENTICATION_AGE;
        assert_eq!(actor.fresh(late).unwrap_err(), ProofTooOld);
    }
}
