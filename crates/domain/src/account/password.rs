//! Passwords, before and after hashing.

use chrono::{DateTime, Utc};

use crate::access::standing::AccessEpoch;
use crate::id::{SessionId, TokenId, UserId};
use crate::journal::Journal;
use crate::secret::Secret;
use crate::violation::{Unit, Violation};

/// A new password: 8 to 71 bytes, any characters but NUL, no composition rules (ASVS 5.0 V6.2).
///
/// 71, because bcrypt reads 72 bytes with its terminator and ignores the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPassword(Secret<String>);

/// A password that somebody claims to be theirs; of any form, since it is only compared.
#[derive(Debug, Clone)]
pub struct ClaimedPassword(Secret<String>);

/// A password as it is stored: a modular-crypt string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordHash(Secret<String>);

/// What comparing a claimed password with a stored hash showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordCheck {
    /// It is the password, and the hash is as strong as today's.
    Matches,
    /// It is the password, but the hash is weaker than today's and wants to be made again.
    MatchesWeakHash,
    /// It is not the password.
    Differs,
    /// The stored hash cannot be read; nobody gets in with it.
    DamagedHash,
}

/// The most bytes that bcrypt takes into account.
pub const LONGEST_BYTES: usize = 71;
const SHORTEST: usize = 8;

impl NewPassword {
    /// Parses a password that somebody wants to use.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn parse(input: &str) -> Result<Self, Violation> {
        if input.is_empty() {
            return Err(Violation::Required);
        }
        if input.len() > LONGEST_BYTES {
            return Err(Violation::TooLong {
                max: LONGEST_BYTES,
                unit: Unit::Bytes,
            });
        }
        if input.chars().count() < SHORTEST {
            return Err(Violation::TooShort { min: SHORTEST });
        }
        if input.contains('\0') {
            return Err(Violation::ForbiddenCharacter);
        }
        Ok(Self(Secret::new(input.to_owned())))
    }

    /// The password, for hashing.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl ClaimedPassword {
    /// Takes what was typed.
    #[must_use]
    pub const fn new(input: String) -> Self {
        Self(Secret::new(input))
    }

    /// The claim, for comparing. What no password can be is not worth hashing.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Whether a stored password could be this at all.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        !self.0.expose().is_empty() && self.0.expose().len() <= LONGEST_BYTES
    }
}

impl PasswordHash {
    /// A hash that was made or stored by us.
    #[must_use]
    pub const fn restore(hash: String) -> Self {
        Self(Secret::new(hash))
    }

    /// The modular-crypt string, for comparing and storing.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// What gives somebody the right to set a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeGrounds {
    /// A token out of a mail. It is used up, every other token of the account dies with it, every session ends, and the
    /// address it was mailed to counts as confirmed.
    Token(TokenId),
    /// The current password, shown through this session, which goes on; every other one ends.
    Session(SessionId),
    /// The operator knows who asks. Every session and every API key ends, and nothing counts as confirmed.
    Operator,
}

impl PasswordCheck {
    /// Whether the claim was right.
    #[must_use]
    pub const fn matches(self) -> bool {
        match self {
            Self::Matches | Self::MatchesWeakHash => true,
            Self::Differs | Self::DamagedHash => false,
        }
    }
}

/// A new password, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordChange {
    /// Whose.
    pub user: UserId,
    /// The new password.
    pub hash: PasswordHash,
    /// By what right.
    pub grounds: ChangeGrounds,
    /// When.
    pub at: DateTime<Utc>,
    /// The audit trail and the notice.
    pub journal: Journal,
}

/// What a new password brought about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordChanged {
    /// The sessions that ended.
    pub ended: Vec<SessionId>,
    /// The epoch of the change: a confirmed address changes what the person may do.
    pub epoch: AccessEpoch,
}

/// A stronger hash of the password that was just shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordRehash {
    /// Whose.
    pub user: UserId,
    /// What is stored so far.
    pub from: PasswordHash,
    /// What takes its place.
    pub to: PasswordHash,
    /// The audit trail.
    pub journal: Journal,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seventy_one_bytes_fit_and_seventy_two_do_not() {
        assert!(NewPassword::parse(&"a".repeat(64)).is_ok());
        assert!(NewPassword::parse(&"a".repeat(71)).is_ok());
        assert_eq!(
            NewPassword::parse(&"a".repeat(72)),
            Err(Violation::TooLong {
                max: 71,
                unit: Unit::Bytes
            })
        );
        assert!(
            NewPassword::parse(&"ß".repeat(36)).is_err(),
            "36 two-byte letters are 72 bytes"
        );
    }

    #[test]
    fn blanks_and_emoji_are_welcome() {
        assert!(NewPassword::parse("correct horse 🐴 battery").is_ok());
    }

    #[test]
    fn a_password_does_not_show_in_debug_output() {
        assert!(!format!("{:?}", NewPassword::parse("correct horse").unwrap()).contains("horse"));
    }
}
