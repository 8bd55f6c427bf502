//! Permission as a proof: a use case that demands `Permitted<P>` cannot be called without the check.

use std::marker::PhantomData;

use crate::access::actor::{Actor, SessionActor};
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
/// only [`SessionActor::fresh`] makes one.
#[derive(Debug)]
pub struct Fresh(SessionActor);

impl Fresh {
    pub(crate) const fn proven(actor: SessionActor) -> Self {
        Self(actor)
    }

    /// The actor.
    #[must_use]
    pub const fn actor(&self) -> &SessionActor {
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
    /// May make API keys.
    CreateApiKeys: ApiKeysCreate, verified: true;
    /// See accounts as staff does.
    ReadUsers: UsersRead, verified: true;
    /// Help people back into their accounts.
    UpdateUsers: UsersUpdate, verified: true;
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
    use crate::access::actor::tests::key_holding;
    use crate::access::actor::{Denied, ProofTooOld, REAUTHENTICATION_AGE};
    use crate::access::key::KeyScope;
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
    fn no_key_proves_a_right_that_its_scopes_do_not_reach() {
        let everything = || Permission::ALL.iter().copied().collect();
        let key = |scopes: &[KeyScope]| key_holding(everything(), scopes, None);
        let both = [KeyScope::Read, KeyScope::Write];
        assert!(key(&both).permit::<CreateScripts>().is_ok());
        assert!(key(&both).permit::<UpdateScripts>().is_ok());
        assert!(key(&both).permit::<DeleteScripts>().is_ok());
        let reader = key(&[KeyScope::Read]);
        let out_of_scope = Denied::OutOfScope(Permission::ScriptsCreate);
        assert_eq!(reader.permit::<CreateScripts>().unwrap_err(), out_of_scope);
        for denied in [
            key(&both).permit::<ReadUsers>().map(drop),
            key(&both).permit::<SuspendUsers>().map(drop),
            key(&both).permit::<DeleteUsers>().map(drop),
            key(&both).permit::<RestoreUsers>().map(drop),
            key(&both).permit::<ReadAudit>().map(drop),
            key(&both).permit::<CreateApiKeys>().map(drop),
        ] {
            assert!(matches!(denied, Err(Denied::OutOfScope(_))));
        }
    }

    #[test]
    fn no_scope_gives_what_the_roles_of_the_person_do_not_give() {
        let key = key_holding(PermissionSet::EMPTY, &[KeyScope::Write], None);
        let missing = Denied::Missing(Permission::ScriptsCreate);
        assert_eq!(key.permit::<CreateScripts>().unwrap_err(), missing);
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
        let actor = actor(PermissionSet::EMPTY, true).by_session().unwrap();
        let almost = begun + REAUTHENTICATION_AGE - TimeDelta::milliseconds(1);
        assert!(actor.clone().fresh(almost).is_ok());
        let late = begun + REAUTHENTICATION_AGE;
        assert_eq!(actor.fresh(late).unwrap_err(), ProofTooOld);
    }
}
