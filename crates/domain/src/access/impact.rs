//! What an edit would do, and why somebody may do something.

use chrono::{DateTime, Utc};

use crate::access::permission_name::{PermissionName, PermissionNames};
use crate::access::role::{Counted, RoleName};
use crate::account::user::AccountStatus;
use crate::account::username::Username;
use crate::id::UserId;

/// Whom an edit would affect and how, all their other roles considered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impact {
    /// How many were looked at: the holders of the roles in question.
    pub holders: Counted,
    /// How many of them gain or lose something.
    pub affected: Counted,
    /// Some of these.
    pub sample: Vec<Affected>,
}

/// Somebody who gains or loses something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affected {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub username: Username,
    /// What they may do that they could not do.
    pub gained: PermissionNames,
    /// What they could do and may not do any more.
    pub lost: PermissionNames,
}

impl Impact {
    /// The most people in a sample.
    pub const SAMPLE: u8 = 20;

    /// Nobody is affected.
    pub const NONE: Self = Self {
        holders: Counted {
            number: 0,
            is_exact: true,
        },
        affected: Counted {
            number: 0,
            is_exact: true,
        },
        sample: Vec::new(),
    };
}

/// A role that somebody holds, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: RoleName,
    /// What it gives.
    pub permissions: PermissionNames,
    /// Who granted it; `None` is the platform itself, or somebody who is gone.
    pub by: Option<(UserId, Username)>,
    /// When.
    pub at: DateTime<Utc>,
}

/// All that decides what somebody may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holdings {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub username: Username,
    /// The state of the account.
    pub status: AccountStatus,
    /// Whether the address was confirmed.
    pub email_verified: bool,
    /// Their roles, sorted by name.
    pub grants: Vec<Grant>,
}

/// What keeps somebody from something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// There is no such permission.
    UnknownPermission,
    /// No role of theirs gives it.
    NoRole,
    /// The account is suspended.
    Suspended,
    /// The account is deleted.
    Deleted,
    /// The address was not confirmed.
    EmailNotVerified,
}

/// Why somebody may do something, or why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What.
    pub permission: PermissionName,
    /// What keeps them from it; `None`: nothing, they may.
    pub obstacle: Option<Obstacle>,
    /// Their roles that give it.
    pub grants: Vec<Grant>,
    /// Other roles that would give it.
    pub other_roles: Vec<RoleName>,
}

impl Holdings {
    /// Everything that some role gives.
    #[must_use]
    pub fn permissions(&self) -> PermissionNames {
        let given = self
            .grants
            .iter()
            .flat_map(|grant| grant.permissions.iter());
        given.cloned().collect()
    }

    /// Why the person may, or may not. `giving` are the roles that give the permission; `None`: there is no such permission.
    #[must_use]
    pub fn explain(&self, permission: PermissionName, giving: Option<&[RoleName]>) -> Explanation {
        let gives = |grant: &&Grant| grant.permissions.contains(&permission);
        let grants: Vec<_> = self.grants.iter().filter(gives).cloned().collect();
        let is_held = |role: &RoleName| grants.iter().any(|grant| grant.role == *role);
        let others = giving.unwrap_or_default().iter();
        let other_roles = others.filter(|role| !is_held(role)).cloned().collect();
        let obstacle = if giving.is_none() {
            Some(Obstacle::UnknownPermission)
        } else if grants.is_empty() {
            Some(Obstacle::NoRole)
        } else {
            match self.status {
                AccountStatus::Suspended => Some(Obstacle::Suspended),
                AccountStatus::Deleted => Some(Obstacle::Deleted),
                AccountStatus::Active => {
                    (!self.email_verified).then_some(Obstacle::EmailNotVerified)
                }
            }
        };
        Explanation {
            permission,
            obstacle,
            grants,
            other_roles,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn name(text: &str) -> PermissionName {
        PermissionName::parse(text).unwrap()
    }

    fn moderator(status: AccountStatus, email_verified: bool) -> Holdings {
        Holdings {
            user: UserId::new(Uuid::from_u128(1)),
            username: Username::parse("grace").unwrap(),
            status,
            email_verified,
            grants: vec![Grant {
                role: RoleName::moderator(),
                permissions: [name("audit.read")].into_iter().collect(),
                by: None,
                at: DateTime::UNIX_EPOCH,
            }],
        }
    }

    fn obstacle(holdings: &Holdings, permission: &str) -> Option<Obstacle> {
        let giving = [RoleName::admin(), RoleName::moderator()];
        let explained = holdings.explain(name(permission), Some(&giving));
        explained.obstacle
    }

    #[test]
    fn who_may_is_told_which_role_gives_it_and_which_others_would() {
        let grace = moderator(AccountStatus::Active, true);
        let giving = [RoleName::admin(), RoleName::moderator()];
        let explained = grace.explain(name("audit.read"), Some(&giving));
        assert_eq!(explained.obstacle, None);
        assert_eq!(explained.grants, grace.grants);
        assert_eq!(explained.other_roles, [RoleName::admin()]);
    }

    #[test]
    fn who_may_not_is_told_what_is_in_the_way() {
        let grace = moderator(AccountStatus::Active, true);
        assert_eq!(obstacle(&grace, "users.roles"), Some(Obstacle::NoRole));
        let unknown = grace.explain(name("scripts.fly"), None);
        assert_eq!(unknown.obstacle, Some(Obstacle::UnknownPermission));
        for (status, verified, expected) in [
            (AccountStatus::Suspended, true, Obstacle::Suspended),
            (AccountStatus::Deleted, true, Obstacle::Deleted),
            (AccountStatus::Active, false, Obstacle::EmailNotVerified),
        ] {
            let grace = moderator(status, verified);
            assert_eq!(obstacle(&grace, "audit.read"), Some(expected));
        }
    }
}
