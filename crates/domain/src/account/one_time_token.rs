//! One-time tokens: what a mail carries, and what it is good for.

use chrono::{DateTime, TimeDelta, Utc};

use crate::id::{TokenId, UserId};
use crate::journal::Journal;

/// At most so many mails of one purpose go to one account within an hour, whoever asks for them.
pub const MAILS_PER_HOUR: u32 = 3;

macro_rules! purposes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, lives: $lives:expr;)*) => {
        /// What a token is good for; a token of one purpose is nothing for another.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum TokenPurpose { $($(#[$doc])* $variant,)* }

        impl TokenPurpose {
            /// Every purpose.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name, as stored and as signed.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// How long such a token works.
            #[must_use]
            pub const fn lifetime(self) -> TimeDelta {
                match self { $(Self::$variant => $lives,)* }
            }
        }
    };
}

purposes! {
    /// Confirms an address.
    VerifyEmail = "verify_email", lives: TimeDelta::hours(24);
    /// Sets a new password.
    ResetPassword = "reset_password", lives: TimeDelta::minutes(30);
    /// Lets a new address take the place of the one before; mailed to the new one.
    ChangeEmail = "change_email", lives: TimeDelta::hours(24);
    /// Puts the address before back; mailed to that one.
    UndoEmailChange = "undo_email_change", lives: TimeDelta::days(7);
    /// Says "this was not me" to a notice about the account's security.
    NotMe = "not_me", lives: TimeDelta::days(7);
    /// Goes on with a sign-in that lacks the second factor; answered to the client, never mailed.
    Mfa = "mfa", lives: TimeDelta::minutes(5);
    /// Finds the way that somebody took to a provider when they come back: the `state` of OAuth 2.
    ProviderFlow = "provider_flow", lives: TimeDelta::minutes(10);
    /// Stands for what somebody showed at a provider; exchanged for tokens, never mailed.
    Exchange = "exchange", lives: TimeDelta::seconds(60);
    /// Confirms a link by a way to sign in that the account has already; answered to the client, never mailed.
    ConfirmLink = "confirm_link", lives: TimeDelta::minutes(10);
}

impl TokenPurpose {
    /// The purpose of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|purpose| purpose.name() == name)
    }

    /// Whether such a token goes to an address of its own, whatever the account's is.
    #[must_use]
    pub const fn is_bound_to_an_address(self) -> bool {
        matches!(self, Self::ChangeEmail | Self::UndoEmailChange)
    }

    /// Whether such a token is a way back for an owner who was pushed out: it outlives the new password, the new address and
    /// the newer tokens of whoever pushed them out, since those are exactly what a thief would make.
    #[must_use]
    pub const fn is_way_back(self) -> bool {
        matches!(self, Self::UndoEmailChange | Self::NotMe)
    }
}

/// The record of a token; its text is derived from the id when it is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OneTimeToken {
    /// Its id.
    pub id: TokenId,
    /// Whose it is.
    pub user: UserId,
    /// What it is good for.
    pub purpose: TokenPurpose,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
}

impl OneTimeToken {
    /// A token made now.
    #[must_use]
    pub fn new(id: TokenId, user: UserId, purpose: TokenPurpose, now: DateTime<Utc>) -> Self {
        Self {
            id,
            user,
            purpose,
            created_at: now,
            expires_at: now + purpose.lifetime(),
        }
    }

    /// Whether the token is good for this, now.
    #[must_use]
    pub fn serves(&self, purpose: TokenPurpose, now: DateTime<Utc>) -> bool {
        self.purpose == purpose && now < self.expires_at
    }
}

/// Why a token was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenConflict {
    /// Unknown, used, superseded or expired: nobody is told which.
    Invalid,
}

/// A token to be mailed; older ones of its purpose stop working.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenIssue {
    /// The new token.
    pub token: OneTimeToken,
    /// The audit trail and the mail.
    pub journal: Journal,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_purpose_is_found_by_its_name() {
        for purpose in TokenPurpose::ALL {
            assert_eq!(TokenPurpose::by_name(purpose.name()), Some(*purpose));
        }
        assert_eq!(TokenPurpose::by_name("anything"), None);
    }
}
