//! On the way to a provider and back: what is remembered of it, and what it leads to.

use chrono::{DateTime, TimeDelta, Utc};

use crate::account::identity::{Identity, ProviderName};
use crate::account::one_time_token::{OneTimeToken, TokenPurpose};
use crate::id::{SessionId, TokenId, UserId};
use crate::journal::Journal;

/// How long somebody may stay at the provider.
pub const FLOW_LIFETIME: TimeDelta = TokenPurpose::ProviderFlow.lifetime();

/// At most so many letters about a link that waits to be confirmed go to one account within an hour.
pub const LINK_LETTERS_PER_HOUR: u32 = 3;

/// What somebody goes to a provider for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlowIntent {
    /// To sign in.
    SignIn,
    /// To get one more way to sign in.
    Link(Asker),
    /// To prove once more who they are.
    Reauthenticate(Asker),
}

/// Somebody who is signed in and asks for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asker {
    /// The person.
    pub user: UserId,
    /// Through which session.
    pub session: SessionId,
}

impl FlowIntent {
    /// The name, as stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Link(_) => "link",
            Self::Reauthenticate(_) => "reauthenticate",
        }
    }

    /// Who asked, where somebody had to be signed in.
    #[must_use]
    pub const fn asker(self) -> Option<Asker> {
        match self {
            Self::SignIn => None,
            Self::Link(asker) | Self::Reauthenticate(asker) => Some(asker),
        }
    }
}

/// A way to a provider that was begun. Coming back ends it, however that turns out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderFlow {
    /// Its id; the `state` that the provider sees is derived from it.
    pub id: TokenId,
    /// The provider.
    pub provider: ProviderName,
    /// What for.
    pub intent: FlowIntent,
    /// Where the frontend goes on.
    pub return_to: ReturnPath,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it is over.
    pub expires_at: DateTime<Utc>,
}

/// A page of the frontend, as a path: never an address of somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnPath(String);

impl Default for ReturnPath {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl ReturnPath {
    /// The path, if it is one: it begins with one `/`, has only unreserved characters and no `.` segments (RFC 3986), and its
    /// query has no encoded control character or backslash. `None` for everything else, which browsers may read as an address.
    #[must_use]
    pub fn parse(input: &str) -> Option<Self> {
        if input.len() > 512 {
            return None;
        }
        let (path, query) = input.split_once('?').unwrap_or((input, ""));
        let segments = path.strip_prefix('/')?;
        let is_path = segments
            .bytes()
            .all(|byte| is_unreserved(byte) || byte == b'/')
            && !path.contains("//")
            && segments.split('/').all(|part| part != "." && part != "..");
        (is_path && is_query(query)).then(|| Self(input.to_owned()))
    }

    /// A path as storage holds it.
    #[must_use]
    pub const fn restore(path: String) -> Self {
        Self(path)
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn is_query(query: &str) -> bool {
    let mut bytes = query.bytes();
    while let Some(byte) = bytes.next() {
        let is_fine = match byte {
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                match (digit(bytes.next()), digit(bytes.next())) {
                    (Some(high), Some(low)) => {
                        let encoded = high * 16 + low;
                        encoded >= 0x20 && encoded != 0x7f && encoded != u32::from(b'\\')
                    }
                    _ => false,
                }
            }
            b'=' | b'&' | b'+' | b'/' => true,
            other => is_unreserved(other),
        };
        if !is_fine {
            return false;
        }
    }
    true
}

/// What somebody who came back from a provider gets for their code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofGrant {
    /// A session.
    SignIn,
    /// The chance to confirm a link by a way to sign in that the account has already.
    ConfirmLink,
    /// A fresh time of proof for this session.
    Reauthenticate(SessionId),
}

impl ProofGrant {
    /// The name, as stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::ConfirmLink => "confirm_link",
            Self::Reauthenticate(_) => "reauthenticate",
        }
    }
}

/// What somebody showed at a provider, and a token that stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderProof {
    /// The token: of the purpose `exchange`, or `confirm_link` for a grant of that name that was exchanged.
    pub token: OneTimeToken,
    /// What it is good for.
    pub grant: ProofGrant,
    /// Who they are there.
    pub identity: Identity,
}

/// A proof, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofIssue {
    /// The proof.
    pub proof: ProviderProof,
    /// The audit trail and, for a link that waits, the notice; the notice is left out when the account got
    /// [`LINK_LETTERS_PER_HOUR`] of them within the last hour.
    pub journal: Journal,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_the_frontend_is_kept() {
        for good in [
            "/",
            "/scripts",
            "/u/ada/word-frequency",
            "/search?q=a%20b&sort=new",
            "/a.b/~c",
        ] {
            let path = ReturnPath::parse(good);
            assert_eq!(path.as_ref().map(ReturnPath::as_str), Some(good));
        }
    }

    #[test]
    fn what_a_browser_could_read_as_another_address_is_no_path() {
        for bad in [
            "",
            "scripts",
            "//evil.example",
            "https:evil.example",
            "https://good.example@evil.example",
            "https://good.example.evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "javascript:alert(1)",
            "/%0d%0aX: y",
            "/%09/evil.example",
            "/\t/evil.example",
            "/a//evil.example",
            "/../x",
            "/./x",
            "/a?next=%0d%0aX",
            "/a?next=%5cevil",
            "/a?b=%4",
            "/a#code=x",
            "/a\0",
            "/ü",
            " /a",
        ] {
            assert_eq!(ReturnPath::parse(bad), None, "{bad:?} was accepted");
        }
        assert_eq!(ReturnPath::parse(&format!("/{}", "a".repeat(512))), None);
    }
}
