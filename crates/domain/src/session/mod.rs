//! Signed-in devices, and how their refresh tokens rotate.

pub mod rotation;
#[cfg(any(test, feature = "mocks"))]
pub mod rotation_cases;
pub mod token;

use chrono::{DateTime, Utc};
use std::net::IpAddr;

use crate::id::{SessionId, UserId};
use crate::journal::Journal;
use crate::session::rotation::RotationState;

/// At most so many sessions a person; one more ends the one that was used longest ago.
pub const MAX_SESSIONS_PER_USER: u32 = 50;

/// How somebody proved who they are (RFC 8176 names).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthMethod {
    /// A password.
    Password,
    /// A code of a second factor.
    Otp,
    /// A provider that the person signs in through. RFC 8176 has no name for it; `fed` is what others say.
    Federated,
}

impl AuthMethod {
    /// Every way.
    pub const ALL: &'static [Self] = &[Self::Password, Self::Otp, Self::Federated];

    /// The `amr` value.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::Otp => "otp",
            Self::Federated => "fed",
        }
    }

    /// The way of that `amr` value.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|method| method.name() == name)
    }
}

/// What a client tells of itself, as far as people can compare it: "Firefox, Linux". Made of names that are known, never of the text
/// that a client sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device(Box<str>);

impl Device {
    /// By the names of a browser or program and of a system; nothing without the first.
    #[must_use]
    pub fn of(client: Option<&str>, system: Option<&str>) -> Option<Self> {
        match (client, system) {
            (None, _) => None,
            (Some(client), None) => Some(Self(client.into())),
            (Some(client), Some(system)) => Some(Self(format!("{client}, {system}").into())),
        }
    }

    /// One that was stored.
    #[must_use]
    pub fn restore(stored: String) -> Self {
        Self(stored.into())
    }

    /// For people.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One signed-in device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// Where its refresh token stands.
    pub rotation: RotationState,
    /// When the person last proved who they are.
    pub authenticated_at: DateTime<Utc>,
    /// How.
    pub methods: Vec<AuthMethod>,
    /// From which address.
    pub ip: Option<IpAddr>,
    /// With which client.
    pub user_agent: Option<String>,
    /// What is known of the client.
    pub device: Option<Device>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last heard of.
    pub last_seen_at: DateTime<Utc>,
}

/// A session as its owner sees it in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSummary {
    /// Its id.
    pub id: SessionId,
    /// From which address.
    pub ip: Option<IpAddr>,
    /// With which client.
    pub user_agent: Option<String>,
    /// What is known of the client.
    pub device: Option<Device>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last heard of.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
}

/// A sign-in, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionOpening {
    /// The new session.
    pub session: Session,
    /// The audit trail.
    pub journal: Journal,
}

/// Which sessions of a person to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoke {
    /// This one.
    One(SessionId),
    /// All but this one.
    AllBut(SessionId),
    /// All of them.
    All,
}

/// Ending sessions, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Whose sessions; a session of somebody else is not touched, whatever its id.
    pub user: UserId,
    /// Which of them.
    pub which: Revoke,
    /// Why, as stored: `logout`, `revoked`, `refresh_token_reused` …
    pub reason: &'static str,
    /// When.
    pub at: DateTime<Utc>,
    /// The audit trail.
    pub journal: Journal,
}

/// Somebody who is signed in proved once more who they are, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reauthentication {
    /// Through which session.
    pub session: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// How.
    pub methods: Vec<AuthMethod>,
    /// When.
    pub at: DateTime<Utc>,
    /// The audit trail.
    pub journal: Journal,
}

/// An access token of a generation was used for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionUse {
    /// The session.
    pub session: SessionId,
    /// The generation that the access token was made with.
    pub generation: rotation::Generation,
    /// When.
    pub at: DateTime<Utc>,
}
