//! What becomes of somebody who comes from a provider: the table of the contract, section 2.2, as functions.

use chrono::{DateTime, Utc};

use crate::access::role::RoleName;
use crate::access::standing::AccessEpoch;
use crate::account::identity::{Identity, ProvidedEmail, ProviderName};
use crate::account::user::{AccountStatus, User};
use crate::id::{SessionId, TokenId, UserId};
use crate::journal::Journal;

/// The account that an identity belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// The account.
    pub user: UserId,
    /// Its state.
    pub status: AccountStatus,
}

/// The account that has the address which the provider vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Namesake {
    /// The account.
    pub user: UserId,
    /// Its state.
    pub status: AccountStatus,
    /// Whether somebody ever showed here that the address is theirs.
    pub is_verified: bool,
}

/// Whom somebody who comes from a provider may be here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Encounter {
    /// The account that the identity belongs to.
    pub holder: Option<Holder>,
    /// The account that has the verified address; never looked for by an address that is not verified.
    pub namesake: Option<Namesake>,
}

/// What to do with somebody who wants to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The identity belongs to this account.
    SignIn(UserId),
    /// The verified address belongs to this account, too, whose owner has to say so by a way that they have already.
    ConfirmLink(UserId),
    /// Whoever made this account never showed that the address is theirs; now its owner has come.
    TakeOver(UserId),
    /// Somebody new.
    Join,
    /// The account is suspended or deleted; nobody is told which, and there is no new account either.
    Refuse,
}

/// Decides about somebody who wants to sign in.
#[must_use]
pub fn decide(email: &ProvidedEmail, met: &Encounter) -> Decision {
    if let Some(holder) = met.holder {
        return match holder.status {
            AccountStatus::Active => Decision::SignIn(holder.user),
            AccountStatus::Suspended | AccountStatus::Deleted => Decision::Refuse,
        };
    }
    let namesake = match email {
        ProvidedEmail::Verified(_) => met.namesake,
        ProvidedEmail::Unproven => None,
    };
    match namesake {
        None => Decision::Join,
        Some(namesake) => match namesake.status {
            AccountStatus::Suspended | AccountStatus::Deleted => Decision::Refuse,
            AccountStatus::Active if namesake.is_verified => Decision::ConfirmLink(namesake.user),
            AccountStatus::Active => Decision::TakeOver(namesake.user),
        },
    }
}

/// What gives somebody the right to link an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkGrounds {
    /// They asked for it while signed in through this session, which has to live still.
    Session(SessionId),
    /// They proved an older way to sign in with this token, which is used up.
    Token(TokenId),
}

/// One more way to sign in, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linking {
    /// Whose.
    pub user: UserId,
    /// The identity.
    pub identity: Identity,
    /// By what right.
    pub grounds: LinkGrounds,
    /// When.
    pub at: DateTime<Utc>,
    /// The audit trail and the notice.
    pub journal: Journal,
}

/// Why an identity was not linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkConflict {
    /// It belongs to another account.
    HeldByAnother,
    /// The account has another identity of this provider.
    ProviderTaken,
    /// The session has ended, the token is used, or the account is not active.
    GroundsGone,
}

/// One way to sign in less, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlinking {
    /// Whose.
    pub user: UserId,
    /// Which provider.
    pub provider: ProviderName,
    /// The providers that somebody can sign in through now: an identity of another one is no way in.
    pub usable: Vec<ProviderName>,
    /// When.
    pub at: DateTime<Utc>,
    /// The audit trail and the notice.
    pub journal: Journal,
}

/// Why an identity is still linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnlinkConflict {
    /// There is none of this provider.
    NotLinked,
    /// Nobody could sign in to the account any more.
    LastWay,
}

/// Somebody new, as they are written: account, roles and identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joining {
    /// The account; its address, where it has one, is confirmed.
    pub user: User,
    /// The roles it starts with.
    pub roles: Vec<RoleName>,
    /// The identity.
    pub identity: Identity,
    /// The audit trail.
    pub journal: Journal,
}

/// Why there is no new account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinConflict {
    /// Another account has the identity by now.
    IdentityTaken,
    /// Another account has the address by now.
    EmailTaken,
    /// Another account has the name.
    UsernameTaken,
}

/// The owner of an address takes an account over that somebody made with it and never confirmed: everything that could let
/// that somebody in again is wiped in the same write, and the address counts as confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeOver {
    /// The account.
    pub user: UserId,
    /// The identity of the owner.
    pub identity: Identity,
    /// When.
    pub at: DateTime<Utc>,
    /// The audit trail and the notice.
    pub journal: Journal,
}

/// What taking an account over brought about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenOver {
    /// The sessions that ended.
    pub ended: Vec<SessionId>,
    /// The epoch of the change.
    pub epoch: AccessEpoch,
}

/// Why an account was not taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakeOverConflict {
    /// It is not active or was confirmed meanwhile.
    Changed,
    /// Another account has the identity by now.
    IdentityTaken,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::email::Email;
    use uuid::Uuid;

    const ACTIVE: AccountStatus = AccountStatus::Active;
    const DEAD: [AccountStatus; 2] = [AccountStatus::Suspended, AccountStatus::Deleted];

    fn user(number: u128) -> UserId {
        UserId::new(Uuid::from_u128(number))
    }

    fn verified() -> ProvidedEmail {
        ProvidedEmail::Verified(Email::parse("ada@example.org").unwrap())
    }

    fn holder(status: AccountStatus) -> Holder {
        Holder {
            user: user(1),
            status,
        }
    }

    fn namesake(status: AccountStatus, is_verified: bool) -> Namesake {
        Namesake {
            user: user(2),
            status,
            is_verified,
        }
    }

    fn met(holder: impl Into<Option<Holder>>, namesake: impl Into<Option<Namesake>>) -> Encounter {
        Encounter {
            holder: holder.into(),
            namesake: namesake.into(),
        }
    }

    #[test]
    fn a_known_identity_signs_in_whatever_its_address_is_today() {
        for email in [verified(), ProvidedEmail::Unproven] {
            for other in [
                None,
                Some(namesake(ACTIVE, true)),
                Some(namesake(ACTIVE, false)),
            ] {
                let decided = decide(&email, &met(holder(ACTIVE), other));
                assert_eq!(decided, Decision::SignIn(user(1)));
            }
        }
    }

    #[test]
    fn a_verified_address_of_a_verified_account_has_to_be_confirmed() {
        let decided = decide(&verified(), &met(None, namesake(ACTIVE, true)));
        assert_eq!(decided, Decision::ConfirmLink(user(2)));
    }

    #[test]
    fn a_verified_address_wins_over_an_account_that_never_confirmed_it() {
        let decided = decide(&verified(), &met(None, namesake(ACTIVE, false)));
        assert_eq!(decided, Decision::TakeOver(user(2)));
    }

    #[test]
    fn an_address_that_is_not_verified_matches_nobody() {
        for is_verified in [true, false] {
            let met = met(None, namesake(ACTIVE, is_verified));
            assert_eq!(decide(&ProvidedEmail::Unproven, &met), Decision::Join);
        }
    }

    #[test]
    fn somebody_new_joins() {
        for email in [verified(), ProvidedEmail::Unproven] {
            assert_eq!(decide(&email, &met(None, None)), Decision::Join);
        }
    }

    #[test]
    fn suspended_and_deleted_accounts_let_nobody_in_and_are_not_replaced() {
        for status in DEAD {
            let known = decide(&verified(), &met(holder(status), None));
            assert_eq!(known, Decision::Refuse);
            for is_verified in [true, false] {
                let met = met(None, namesake(status, is_verified));
                assert_eq!(decide(&verified(), &met), Decision::Refuse);
            }
        }
    }
}
