//! What staff sees of accounts, and what it can do to them.

use chrono::{DateTime, Utc};

use crate::access::role::RoleName;
use crate::access::standing::AccessEpoch;
use crate::account::user::{AccountStatus, User};
use crate::id::{SessionId, UserId};
use crate::journal::Journal;
use crate::page::{Limit, Window};
use crate::text;
use crate::violation::{Unit, Violation};

/// Why somebody is suspended; they are told. One line of 1 to 500 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuspensionReason(String);

impl SuspensionReason {
    /// Parses a reason.
    ///
    /// # Errors
    /// The rule that the text breaks.
    pub fn parse(input: &str) -> Result<Self, Violation> {
        text::required_line(input, 500).map(Self)
    }

    /// A reason as storage holds it.
    #[must_use]
    pub const fn restore(reason: String) -> Self {
        Self(reason)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A suspension that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspension {
    /// Why.
    pub reason: SuspensionReason,
    /// When it ends by itself; `None`: when staff lifts it.
    pub until: Option<DateTime<Utc>>,
}

/// What staff does to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaffAct {
    /// Keeps its person out; of an account that is suspended already it changes reason and end.
    Suspend(Suspension),
    /// Lets its person in again.
    LiftSuspension,
    /// Ends all its sessions.
    SignOut,
    /// Deletes it softly. Only staff can bring it back.
    Delete,
    /// Brings it back, within the time in which that is possible. A suspension that has not ended comes back with it.
    Restore,
}

/// One act of staff, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffDecision {
    /// On which account.
    pub user: UserId,
    /// Who acts; `None` is the operator, who stands above everybody.
    pub by: Option<UserId>,
    /// What is done.
    pub act: StaffAct,
    /// When.
    pub at: DateTime<Utc>,
    /// The audit trail and the mail.
    pub journal: Journal,
}

/// What an act of staff changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffDecisionMade {
    /// The sessions that it ended.
    pub ended: Vec<SessionId>,
    /// The epoch of the change.
    pub epoch: AccessEpoch,
}

/// Why staff did nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffConflict {
    /// There is no such account.
    NotFound,
    /// The account holds a permission that the actor does not hold.
    Above,
    /// The account is not in a state that the act is for.
    WrongState(AccountStatus),
    /// It is the last account that administers the platform.
    LastAdmin,
}

/// What staff looks for: three or more characters somewhere in the username, the address or the display name, or an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchWords(String);

impl SearchWords {
    /// The fewest characters that are searched for.
    const FEWEST: usize = 3;
    /// The most characters that are searched for.
    const MOST: usize = 100;

    /// Parses search words.
    ///
    /// # Errors
    /// The rule that they break.
    pub fn parse(input: &str) -> Result<Self, Violation> {
        let words = input.trim().to_lowercase();
        let length = words.chars().count();
        if length < Self::FEWEST {
            return Err(Violation::TooShort { min: Self::FEWEST });
        }
        if length > Self::MOST {
            return Err(Violation::TooLong {
                max: Self::MOST,
                unit: Unit::Characters,
            });
        }
        if words.contains(char::is_control) {
            return Err(Violation::ForbiddenCharacter);
        }
        Ok(Self(words))
    }

    /// The words, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which accounts staff wants to see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserFilter {
    /// Whose names or address contain these words.
    pub words: Option<SearchWords>,
    /// In this state.
    pub status: Option<AccountStatus>,
    /// Holding this role.
    pub role: Option<RoleName>,
}

/// A list of accounts, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserListing {
    /// Which accounts.
    pub filter: UserFilter,
    /// Where the page starts.
    pub window: Window,
    /// How many.
    pub limit: Limit,
}

/// A role that an account holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRole {
    /// The role.
    pub role: RoleName,
    /// Who granted it; `None` is the platform itself, or somebody who is gone.
    pub granted_by: Option<UserId>,
    /// When.
    pub granted_at: DateTime<Utc>,
}

/// Everything about an account that staff may see; no secret, no token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dossier {
    /// The account.
    pub user: User,
    /// Its roles, sorted by name.
    pub roles: Vec<HeldRole>,
    /// Its suspension, also while it is deleted.
    pub suspension: Option<Suspension>,
    /// When it was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
    /// How many sessions are alive.
    pub live_sessions: u64,
    /// When any session was last heard of.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// How many scripts it owns, whatever their state.
    pub scripts: u64,
    /// The ways to sign in that it has, by their names.
    pub providers: Vec<String>,
    /// Whether a second factor is in force.
    pub has_second_factor: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_words_are_lower_case_and_of_a_useful_length() {
        assert_eq!(SearchWords::parse(" AdA ").unwrap().as_str(), "ada");
        assert_eq!(
            SearchWords::parse("ab"),
            Err(Violation::TooShort { min: 3 })
        );
        assert!(SearchWords::parse(&"a".repeat(101)).is_err());
        assert_eq!(
            SearchWords::parse("a\0b"),
            Err(Violation::ForbiddenCharacter)
        );
    }

    #[test]
    fn a_reason_is_one_line_and_not_empty() {
        assert!(SuspensionReason::parse("spam").is_ok());
        assert_eq!(SuspensionReason::parse("  "), Err(Violation::Required));
        assert!(SuspensionReason::parse("a\nb").is_err());
        assert!(SuspensionReason::parse(&"a".repeat(501)).is_err());
    }
}
