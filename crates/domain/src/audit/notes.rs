//! What is written down about decisions, off the path of requests.

use crate::access::permission::Permission;

/// How much of what was allowed is written down (`AUDIT_ALLOWED`). What was refused always is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AllowedActs {
    /// Nothing: the acts have rows of their own.
    None,
    /// The use of what staff is trusted with.
    #[default]
    Privileged,
    /// The use of every permission.
    All,
}

impl AllowedActs {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::None, Self::Privileged, Self::All];

    /// The name in the settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Privileged => "privileged",
            Self::All => "all",
        }
    }

    /// Whether the use of this permission is written down.
    #[must_use]
    pub const fn include(self, permission: Permission) -> bool {
        match self {
            Self::None => false,
            Self::Privileged => permission.is_privileged(),
            Self::All => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_staff_is_trusted_with_is_written_down_unless_nothing_is() {
        let (staff, own) = (Permission::UsersSuspend, Permission::ScriptsCreate);
        assert!(!AllowedActs::None.include(staff));
        assert!(AllowedActs::Privileged.include(staff));
        assert!(!AllowedActs::Privileged.include(own));
        assert!(AllowedActs::All.include(own));
    }
}
