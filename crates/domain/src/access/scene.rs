//! The rules of changing who may do what. What they need to know is gathered under the lock of the write.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::edit::{
    AccessConflict, AccessEdit, MOST_ROLES, PermissionEdit, RoleAssignment, RoleEdit,
};
use crate::access::permission::Permission;
use crate::access::permission_name::{PermissionName, PermissionNames};
use crate::access::role::{Purpose, RoleName};
use crate::audit::Facts;
use crate::id::UserId;
use crate::revision::Revision;

/// A role as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRole {
    /// What it is for.
    pub purpose: Purpose,
    /// What it permits.
    pub permissions: PermissionNames,
    /// Counts its changes.
    pub revision: Revision,
}

/// Everything that decides whether an edit may be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scene {
    /// What the actor holds; `None` for the operator, who stands above everybody.
    pub holds: Option<PermissionNames>,
    /// Every role.
    pub roles: BTreeMap<RoleName, KnownRole>,
    /// Every permission, and what it is said to permit.
    pub permissions: BTreeMap<PermissionName, Purpose>,
    /// How many accounts hold the role that is edited, counted up to a ceiling.
    pub holders: u64,
    /// The roles of the person whose roles change; `None` when there is no such person.
    pub person: Option<BTreeSet<RoleName>>,
}

/// Who gains and loses what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Nobody.
    Nobody,
    /// Whoever holds one of these roles, as far as their other roles do not give it, too.
    Holders {
        /// The roles.
        of: Vec<RoleName>,
        /// What they give that they did not give.
        gained: PermissionNames,
        /// What they gave and do not give any more.
        lost: PermissionNames,
    },
    /// One person, all their roles considered.
    Person {
        /// Who.
        user: UserId,
        /// What they may do that they could not do.
        gained: PermissionNames,
        /// What they could do and may not do any more.
        lost: PermissionNames,
    },
}

/// An edit that may be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What is there, as far as it changes.
    pub before: Facts,
    /// What will be there.
    pub after: Facts,
    /// Who gains and loses what.
    pub effect: Effect,
}

impl Scene {
    /// Whether the edit may be done, and what it would do.
    ///
    /// # Errors
    /// The first rule that it breaks. That nobody administers the platform any more is for the store to find out.
    pub fn judge(&self, edit: &AccessEdit) -> Result<Plan, AccessConflict> {
        match edit {
            AccessEdit::Role(edit) => self.judge_role(edit),
            AccessEdit::Permission(edit) => self.judge_permission(edit),
            AccessEdit::Assignment(assignment) => self.judge_assignment(assignment),
        }
    }

    /// Whether the actor, who held the permission when they were let in, does not hold it any more.
    #[must_use]
    pub fn has_lost(&self, permission: Permission) -> bool {
        let holds = self.holds.as_ref();
        holds.is_some_and(|holds| !holds.contains(&permission.into()))
    }

    fn judge_role(&self, edit: &RoleEdit) -> Result<Plan, AccessConflict> {
        match edit {
            RoleEdit::Create {
                role,
                purpose,
                permissions,
            } => {
                self.exist(permissions)?;
                self.within(permissions)?;
                if self.roles.contains_key(role) {
                    return Err(AccessConflict::NameTaken);
                }
                if self.roles.len() >= MOST_ROLES {
                    return Err(AccessConflict::TooMany);
                }
                Ok(Plan {
                    before: Facts::none(),
                    after: named(role)
                        .with("description", purpose.as_str())
                        .with("permissions", permissions.to_strings()),
                    effect: Effect::Nobody,
                })
            }
            RoleEdit::Describe {
                role,
                purpose,
                expected,
            } => {
                let known = self.editable(role, Some(*expected))?;
                Ok(Plan {
                    before: named(role).with("description", known.purpose.as_str()),
                    after: named(role).with("description", purpose.as_str()),
                    effect: Effect::Nobody,
                })
            }
            RoleEdit::SetPermissions {
                role,
                permissions,
                expected,
            } => self.judge_permissions_of(role, permissions, *expected),
            RoleEdit::Delete {
                role,
                reassign_to,
                expected,
            } => self.judge_deletion(role, reassign_to.as_ref(), *expected),
        }
    }

    fn judge_permissions_of(
        &self,
        role: &RoleName,
        permissions: &PermissionNames,
        expected: Revision,
    ) -> Result<Plan, AccessConflict> {
        let known = self.editable(role, Some(expected))?;
        self.exist(permissions)?;
        self.within(permissions)?;
        let holds_less = self
            .permissions
            .keys()
            .any(|all| !permissions.contains(all));
        if *role == RoleName::admin() && holds_less {
            return Err(AccessConflict::BuiltIn);
        }
        Ok(Plan {
            before: named(role).with("permissions", known.permissions.to_strings()),
            after: named(role).with("permissions", permissions.to_strings()),
            effect: replaced(role, &known.permissions, permissions),
        })
    }

    fn judge_deletion(
        &self,
        role: &RoleName,
        reassign_to: Option<&RoleName>,
        expected: Option<Revision>,
    ) -> Result<Plan, AccessConflict> {
        let known = self.editable(role, expected)?;
        let instead = match reassign_to {
            Some(other) => {
                let found = self.roles.get(other).filter(|_| other != role);
                let unknown = || AccessConflict::UnknownRoles(vec![other.clone()]);
                found.ok_or_else(unknown)?.permissions.clone()
            }
            None => PermissionNames::default(),
        };
        self.within(&instead)?;
        if role.is_built_in() {
            return Err(AccessConflict::BuiltIn);
        }
        if self.holders > 0 && reassign_to.is_none() {
            return Err(AccessConflict::InUse(self.holders));
        }
        Ok(Plan {
            before: named(role)
                .with("description", known.purpose.as_str())
                .with("permissions", known.permissions.to_strings()),
            after: Facts::none().with("reassigned_to", reassign_to.map(RoleName::as_str)),
            effect: replaced(role, &known.permissions, &instead),
        })
    }

    fn judge_permission(&self, edit: &PermissionEdit) -> Result<Plan, AccessConflict> {
        let permission = edit.permission();
        let name = || Facts::none().with("permission", permission.as_str());
        let described = |purpose: &Purpose| name().with("description", purpose.as_str());
        let known = self.permissions.get(permission);
        match edit {
            PermissionEdit::Create { purpose, .. } => {
                if known.is_some() {
                    return Err(AccessConflict::NameTaken);
                }
                if self.permissions.len() >= PermissionNames::MOST {
                    return Err(AccessConflict::TooMany);
                }
                Ok(Plan {
                    before: Facts::none(),
                    after: described(purpose),
                    effect: Effect::Holders {
                        of: vec![RoleName::admin()],
                        gained: only(permission),
                        lost: PermissionNames::default(),
                    },
                })
            }
            PermissionEdit::Describe { purpose, .. } => Ok(Plan {
                before: described(known.ok_or(AccessConflict::NotFound)?),
                after: described(purpose),
                effect: Effect::Nobody,
            }),
            PermissionEdit::Delete { .. } => {
                let purpose = known.ok_or(AccessConflict::NotFound)?;
                self.within(&only(permission))?;
                if permission.known().is_some() {
                    return Err(AccessConflict::BuiltIn);
                }
                let giving = self
                    .roles
                    .iter()
                    .filter(|(_, role)| role.permissions.contains(permission));
                let of: Vec<RoleName> = giving.map(|(name, _)| name.clone()).collect();
                let roles: Vec<String> = of.iter().map(ToString::to_string).collect();
                Ok(Plan {
                    before: described(purpose).with("roles", roles),
                    after: Facts::none(),
                    effect: Effect::Holders {
                        of,
                        gained: PermissionNames::default(),
                        lost: only(permission),
                    },
                })
            }
        }
    }

    /// Taken and given are both within what the actor holds, and so is whatever the person keeps: nobody decides about somebody
    /// who may do more than they.
    fn judge_assignment(&self, assignment: &RoleAssignment) -> Result<Plan, AccessConflict> {
        let held = self.person.as_ref().ok_or(AccessConflict::NotFound)?;
        let is_unknown = |role: &&RoleName| !self.roles.contains_key(*role);
        let unknown: Vec<_> = assignment
            .roles
            .iter()
            .filter(is_unknown)
            .cloned()
            .collect();
        if !unknown.is_empty() {
            return Err(AccessConflict::UnknownRoles(unknown));
        }
        let (before, after) = (self.given_by(held), self.given_by(&assignment.roles));
        self.missing(&before)
            .map_or(Ok(()), |missing| Err(AccessConflict::Above(missing)))?;
        self.within(&after)?;
        let list = |roles: &BTreeSet<RoleName>| -> Vec<String> {
            roles.iter().map(ToString::to_string).collect()
        };
        Ok(Plan {
            before: Facts::none().with("roles", list(held)),
            after: Facts::none().with("roles", list(&assignment.roles)),
            effect: Effect::Person {
                user: assignment.user,
                gained: after.without(&before),
                lost: before.without(&after),
            },
        })
    }

    /// What these roles give together.
    fn given_by(&self, roles: &BTreeSet<RoleName>) -> PermissionNames {
        let known = roles.iter().filter_map(|role| self.roles.get(role));
        known
            .flat_map(|role| role.permissions.iter().cloned())
            .collect()
    }

    /// What the actor does not hold of these.
    fn missing(&self, names: &PermissionNames) -> Option<PermissionNames> {
        let missing = names.without(self.holds.as_ref()?);
        (!missing.is_empty()).then_some(missing)
    }

    fn within(&self, names: &PermissionNames) -> Result<(), AccessConflict> {
        self.missing(names)
            .map_or(Ok(()), |missing| Err(AccessConflict::Beyond(missing)))
    }

    fn exist(&self, names: &PermissionNames) -> Result<(), AccessConflict> {
        let is_unknown = |name: &&PermissionName| !self.permissions.contains_key(*name);
        let unknown: PermissionNames = names.iter().filter(is_unknown).cloned().collect();
        if unknown.is_empty() {
            Ok(())
        } else {
            Err(AccessConflict::UnknownPermissions(unknown))
        }
    }

    /// A role that is there, holds no more than the actor, and has not changed.
    fn editable(
        &self,
        role: &RoleName,
        expected: Option<Revision>,
    ) -> Result<&KnownRole, AccessConflict> {
        let known = self.roles.get(role).ok_or(AccessConflict::NotFound)?;
        self.within(&known.permissions)?;
        if expected.is_some_and(|expected| expected != known.revision) {
            return Err(AccessConflict::Stale);
        }
        Ok(known)
    }
}

fn named(role: &RoleName) -> Facts {
    Facts::none().with("role", role.as_str())
}

fn only(name: &PermissionName) -> PermissionNames {
    std::iter::once(name.clone()).collect()
}

fn replaced(role: &RoleName, before: &PermissionNames, after: &PermissionNames) -> Effect {
    let (gained, lost) = (after.without(before), before.without(after));
    if gained.is_empty() && lost.is_empty() {
        return Effect::Nobody;
    }
    Effect::Holders {
        of: vec![role.clone()],
        gained,
        lost,
    }
}

#[cfg(test)]
mod tests;
