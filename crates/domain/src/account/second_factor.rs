//! The second factor: time-based codes (RFC 6238), and recovery codes for the day the device is lost.

use chrono::{DateTime, Utc};

use crate::id::{TokenId, UserId};
use crate::journal::Journal;
use crate::secret::Secret;
use crate::session::{AuthMethod, Reauthentication, SessionOpening};

use super::one_time_token::OneTimeToken;

/// How often codes may be tried for one sign-in; then its token is dead.
pub const TRIES_PER_SIGN_IN: u32 = 5;

/// How many recovery codes a person gets.
pub const RECOVERY_CODES: usize = 10;

/// The seconds that one code is in force.
pub const STEP_SECONDS: i64 = 30;

/// The number of a time step since 1970; each is accepted once at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TotpStep(i64);

impl TotpStep {
    /// The step that this moment lies in.
    #[must_use]
    pub const fn at(now: DateTime<Utc>) -> Self {
        Self(now.timestamp().div_euclid(STEP_SECONDS))
    }

    /// A step that was stored by us.
    #[must_use]
    pub const fn restore(number: i64) -> Self {
        Self(number)
    }

    /// The bare number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The steps whose codes are accepted now: one before and one after, since clocks differ and typing takes a while.
    pub fn around(now: DateTime<Utc>) -> impl Iterator<Item = Self> {
        let Self(middle) = Self::at(now);
        (middle.saturating_sub(1)..=middle.saturating_add(1)).map(Self)
    }
}

/// What device and platform share; 160 bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotpSecret(Secret<Vec<u8>>);

impl TotpSecret {
    /// A secret that was made or opened by us.
    #[must_use]
    pub const fn restore(bytes: Vec<u8>) -> Self {
        Self(Secret::new(bytes))
    }

    /// The bytes, for making codes and for sealing.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }
}

/// A secret as it is stored: encrypted, and bound to its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedTotp(Vec<u8>);

impl SealedTotp {
    /// What was sealed or stored by us.
    #[must_use]
    pub const fn restore(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes, for storing and opening.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A second factor in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveTotp {
    /// The secret.
    pub sealed: SealedTotp,
    /// The last step whose code was accepted; neither it nor an earlier one is accepted again.
    pub last_step: TotpStep,
}

/// A recovery code as it is shown, once: four groups of four, 80 bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryCode(Secret<String>);

/// The letters and digits of a recovery code (RFC 4648, without 0, 1, 8, 9).
const RECOVERY_LENGTH: usize = 16;

impl RecoveryCode {
    /// Reads a code, whatever its case and however it is grouped.
    #[must_use]
    pub fn read(input: &str) -> Option<Self> {
        let bare: String = input
            .chars()
            .filter(|letter| !matches!(letter, '-' | ' '))
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        let is_one = bare.len() == RECOVERY_LENGTH
            && bare
                .bytes()
                .all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7'));
        is_one.then(|| Self(Secret::new(bare)))
    }

    /// The bare code, for hashing.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The code as people read it: `abcd-efgh-ijkl-mnop`.
    #[must_use]
    pub fn grouped(&self) -> Secret<String> {
        let mut text = String::with_capacity(RECOVERY_LENGTH + 3);
        for (place, letter) in self.0.expose().chars().enumerate() {
            if place > 0 && place.is_multiple_of(4) {
                text.push('-');
            }
            text.push(letter.to_ascii_lowercase());
        }
        Secret::new(text)
    }
}

/// A recovery code as it is stored: a keyed hash of it and its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecoveryDigest([u8; 32]);

impl RecoveryDigest {
    /// A digest that was made by us.
    #[must_use]
    pub const fn restore(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for storing.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A code that somebody claims to be good; of any form, since it is only compared.
#[derive(Debug, Clone)]
pub struct ClaimedCode(Secret<String>);

/// What a claimed code can be, by its form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeForm {
    /// Six digits out of an authenticator.
    Totp(Secret<String>),
    /// A recovery code.
    Recovery(RecoveryCode),
}

impl ClaimedCode {
    /// Takes what was typed.
    #[must_use]
    pub const fn new(input: String) -> Self {
        Self(Secret::new(input))
    }

    /// What it can be; nothing if no code looks like that.
    #[must_use]
    pub fn form(&self) -> Option<CodeForm> {
        let typed = self.0.expose();
        let bare: String = typed.chars().filter(|letter| *letter != ' ').collect();
        if bare.len() == 6 && bare.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(CodeForm::Totp(Secret::new(bare)));
        }
        RecoveryCode::read(typed).map(CodeForm::Recovery)
    }
}

/// Using the second factor, as it is written: whatever it is, it works once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactorUse {
    /// The code of this step was shown.
    Totp(TotpStep),
    /// A recovery code was shown that has one of these digests: one for each key that may have made it.
    Recovery(Vec<RecoveryDigest>),
}

/// Why a second factor cannot be set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnrolConflict {
    /// There is one in force.
    AlreadyEnabled,
    /// There is none waiting to be confirmed, or another one by now.
    NothingPending,
}

/// Why a code was not accepted after all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactorConflict {
    /// The token was used, superseded or has expired.
    TokenInvalid,
    /// The code was used before, or the factor is no longer in force.
    CodeSpent,
}

/// A secret that waits to be confirmed, as it is written; it takes the place of one that waited before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// Whose.
    pub user: UserId,
    /// The secret.
    pub sealed: SealedTotp,
    /// When.
    pub at: DateTime<Utc>,
    /// The audit trail.
    pub journal: Journal,
}

/// The first code was right: the second factor comes into force, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// Whose.
    pub user: UserId,
    /// The secret that the code was checked against.
    pub sealed: SealedTotp,
    /// The step of the code.
    pub step: TotpStep,
    /// The recovery codes; they take the place of all before.
    pub recovery: Vec<RecoveryDigest>,
    /// When.
    pub at: DateTime<Utc>,
    /// The audit trail and the notice.
    pub journal: Journal,
}

/// Giving the second factor up, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorRemoval {
    /// Whose.
    pub user: UserId,
    /// When.
    pub at: DateTime<Utc>,
    /// The audit trail and the notice.
    pub journal: Journal,
}

/// The first half of a sign-in was done and the second factor is due, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorChallenge {
    /// The token that the sign-in goes on with.
    pub token: OneTimeToken,
    /// How the first half was done.
    pub first: AuthMethod,
    /// The audit trail.
    pub journal: Journal,
}

/// A sign-in whose first half was done, and one of whose tries was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HalfDone {
    /// Who signs in.
    pub user: UserId,
    /// How the first half was done.
    pub first: AuthMethod,
}

/// A sign-in by a first and a second factor, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorSignIn {
    /// The token of the first half; it is used up.
    pub token: TokenId,
    /// The second half.
    pub factor: FactorUse,
    /// The session that begins.
    pub opening: SessionOpening,
}

/// Proving once more who one is by the second factor, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorProof {
    /// The code.
    pub factor: FactorUse,
    /// What it proves.
    pub proof: Reauthentication,
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn form(input: &str) -> Option<CodeForm> {
        ClaimedCode::new(input.to_owned()).form()
    }

    #[test]
    fn six_digits_are_a_code_of_the_authenticator_however_they_are_spaced() {
        for input in ["123456", "123 456", " 123456 "] {
            let expected = CodeForm::Totp(Secret::new("123456".to_owned()));
            assert_eq!(form(input), Some(expected), "{input}");
        }
    }

    #[test]
    fn a_recovery_code_is_read_in_any_case_and_grouping() {
        let code = RecoveryCode::read("ABCDEFGHIJKL2345").unwrap();
        assert_eq!(code.grouped().expose(), "abcd-efgh-ijkl-2345");
        for input in [
            "abcd-efgh-ijkl-2345",
            "ABCD EFGH IJKL 2345",
            "abcdefghijkl2345",
        ] {
            assert_eq!(
                form(input),
                Some(CodeForm::Recovery(code.clone())),
                "{input}"
            );
        }
    }

    #[test]
    fn what_looks_like_no_code_is_none() {
        for input in [
            "",
            "12345",
            "1234567",
            "١٢٣٤٥٦",
            "abcd-efgh-ijkl-2340",
            "abcd",
            "\0",
        ] {
            assert_eq!(form(input), None, "{input}");
        }
    }

    #[test]
    fn a_step_and_its_neighbours_are_accepted() {
        let now = Utc.timestamp_opt(90, 0).unwrap();
        let steps: Vec<_> = TotpStep::around(now).map(TotpStep::get).collect();
        assert_eq!(steps, [2, 3, 4]);
    }

    #[test]
    fn codes_do_not_show_in_debug_output() {
        let shown = format!("{:?} {:?}", form("123456"), form("abcdefghijkl2345"));
        assert!(
            !shown.contains("123456") && !shown.contains("ABCD"),
            "{shown}"
        );
    }
}
