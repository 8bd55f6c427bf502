//! Permissions: names of acts, `resource.action`.

use std::fmt;

macro_rules! permissions {
    ($($(#[$doc:meta])* $variant:ident = $bit:literal, $name:literal;)*) => {
        /// Every permission that the code checks; the table `permissions` is compared with it at start.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission { $($(#[$doc])* $variant,)* }

        impl Permission {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name, as in the table and in the contract.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The permission of that name, if the code knows one.
            #[must_use]
            pub fn by_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }

            const fn bit(self) -> u64 {
                match self { $(Self::$variant => 1 << $bit,)* }
            }
        }
    };
}

permissions! {
    /// Sign in with e-mail and password.
    AuthEmail = 0, "auth.email";
    /// Sign in through Discord.
    AuthDiscord = 1, "auth.discord";
    /// Sign in through Google.
    AuthGoogle = 2, "auth.google";
    /// Sign in through GitHub.
    AuthGithub = 3, "auth.github";
    /// See accounts as staff does.
    UsersRead = 4, "users.read";
    /// Change other people's accounts.
    UsersUpdate = 5, "users.update";
    /// Suspend and unsuspend.
    UsersSuspend = 6, "users.suspend";
    /// Delete other people's accounts.
    UsersDelete = 7, "users.delete";
    /// Bring accounts back.
    UsersRestore = 8, "users.restore";
    /// Give and take roles.
    UsersRoles = 9, "users.roles";
    /// See roles and permissions.
    RolesRead = 10, "roles.read";
    /// Make, change and delete roles.
    RolesManage = 11, "roles.manage";
    /// Make, change and delete permissions.
    PermissionsManage = 12, "permissions.manage";
    /// Read scripts that are not public to the reader by visibility alone.
    ScriptsRead = 13, "scripts.read";
    /// Publish scripts.
    ScriptsCreate = 14, "scripts.create";
    /// Change one's own scripts.
    ScriptsUpdate = 15, "scripts.update";
    /// Delete one's own scripts.
    ScriptsDelete = 16, "scripts.delete";
    /// Change anybody's scripts.
    ScriptsUpdateAny = 17, "scripts.update_any";
    /// Delete anybody's scripts.
    ScriptsDeleteAny = 18, "scripts.delete_any";
    /// Feature scripts.
    ScriptsFeatured = 19, "scripts.featured";
    /// Quarantine and release scripts, and see what is hidden.
    ScriptsModerate = 20, "scripts.moderate";
    /// Rate scripts.
    ScriptsRate = 21, "scripts.rate";
    /// Erase the content of a version.
    ScriptsErase = 22, "scripts.erase";
    /// Comment.
    CommentsCreate = 23, "comments.create";
    /// Moderate comments.
    CommentsModerate = 24, "comments.moderate";
    /// Report.
    ReportsCreate = 25, "reports.create";
    /// Read reports.
    ReportsRead = 26, "reports.read";
    /// Resolve reports.
    ReportsResolve = 27, "reports.resolve";
    /// Decide appeals.
    AppealsResolve = 28, "appeals.resolve";
    /// Keep the block list.
    BlocklistManage = 29, "blocklist.manage";
    /// Keep categories and tags.
    TaxonomyManage = 30, "taxonomy.manage";
    /// Read the audit log.
    AuditRead = 31, "audit.read";
    /// Larger pages, larger scripts, more requests.
    ApiAdvanced = 32, "api.advanced";
    /// Make API keys.
    ApiKeysCreate = 33, "api_keys.create";
    /// See the state of the system.
    SystemRead = 34, "system.read";
}

impl Permission {
    /// Whether it lets its holder act upon what belongs to others, or see what is kept from them: what staff is trusted with.
    #[must_use]
    pub const fn is_privileged(self) -> bool {
        match self {
            Self::UsersRead
            | Self::UsersUpdate
            | Self::UsersSuspend
            | Self::UsersDelete
            | Self::UsersRestore
            | Self::UsersRoles
            | Self::RolesRead
            | Self::RolesManage
            | Self::PermissionsManage
            | Self::ScriptsUpdateAny
            | Self::ScriptsDeleteAny
            | Self::ScriptsModerate
            | Self::ScriptsErase
            | Self::CommentsModerate
            | Self::ReportsRead
            | Self::ReportsResolve
            | Self::AppealsResolve
            | Self::BlocklistManage
            | Self::TaxonomyManage
            | Self::AuditRead
            | Self::SystemRead => true,
            Self::AuthEmail
            | Self::AuthDiscord
            | Self::AuthGoogle
            | Self::AuthGithub
            | Self::ScriptsRead
            | Self::ScriptsCreate
            | Self::ScriptsUpdate
            | Self::ScriptsDelete
            | Self::ScriptsFeatured
            | Self::ScriptsRate
            | Self::CommentsCreate
            | Self::ReportsCreate
            | Self::ApiAdvanced
            | Self::ApiKeysCreate => false,
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of permissions; copying it costs eight bytes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct PermissionSet(u64);

impl PermissionSet {
    /// Nothing permitted.
    pub const EMPTY: Self = Self(0);

    /// Whether the permission is in the set.
    #[must_use]
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Whether every permission of `other` is in this set, too.
    #[must_use]
    pub const fn is_superset(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What both sets permit.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The set with one more permission.
    #[must_use]
    pub const fn with(self, permission: Permission) -> Self {
        Self(self.0 | permission.bit())
    }

    /// The permissions of the set, in the order of their declaration.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL
            .iter()
            .copied()
            .filter(move |permission| self.contains(*permission))
    }

    /// The set of the names that the code knows; other names permit nothing that the code could check.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        names.into_iter().filter_map(Permission::by_name).collect()
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions.into_iter().fold(Self::EMPTY, Self::with)
    }
}

impl fmt::Debug for PermissionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.iter().map(Permission::name))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_has_a_bit_and_a_name_of_its_own() {
        let set: PermissionSet = Permission::ALL.iter().copied().collect();
        assert_eq!(set.iter().count(), Permission::ALL.len());
        for permission in Permission::ALL {
            assert_eq!(Permission::by_name(permission.name()), Some(*permission));
            assert_eq!(
                PermissionSet::EMPTY
                    .with(*permission)
                    .iter()
                    .collect::<Vec<_>>(),
                [*permission]
            );
        }
    }

    #[test]
    fn a_name_that_the_code_does_not_know_permits_nothing() {
        assert_eq!(
            PermissionSet::from_names(["scripts.fly"]),
            PermissionSet::EMPTY
        );
    }

    #[test]
    fn a_superset_holds_everything_of_the_other() {
        let small = PermissionSet::EMPTY.with(Permission::ScriptsRead);
        let large = small.with(Permission::ScriptsCreate);
        assert!(large.is_superset(small));
        assert!(!small.is_superset(large));
    }
}
