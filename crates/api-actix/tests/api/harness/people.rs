//! Who calls: tokens that name a person, and what that person may do.

use std::collections::HashMap;
use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::key::{KeyReach, KeyStanding};
use domain::access::permission::{Permission, PermissionSet};
use domain::access::standing::{AccessEpoch, Rights, Standing};
use domain::account::api_key::{KeyDigest, KeyText};
use domain::account::user::AccountStatus;
use domain::id::{ApiKeyId, SessionId, UserId};
use domain::outage::{Dependency, Outage};
use domain::port::access_tokens::AccessTokens;
use domain::port::api_key_texts::ApiKeyTexts;
use domain::secret::Secret;
use domain::session::rotation::Generation;
use domain::session::token::{AccessClaims, ForgedToken, InvalidAccessToken, VerifiedAccess};
use uuid::Uuid;

/// What has become of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    Active,
    Suspended,
    Deleted,
    /// The session has ended.
    SignedOut,
    /// We cannot find out: a part of us is down.
    Unknowable,
}

/// Somebody with an access token.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    name: String,
    permissions: PermissionSet,
    email_verified: bool,
    condition: Condition,
    proof_age: TimeDelta,
}

impl Person {
    /// An active, verified person without any permission.
    pub(crate) fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            permissions: PermissionSet::EMPTY,
            email_verified: true,
            condition: Condition::Active,
            proof_age: TimeDelta::zero(),
        }
    }

    pub(crate) fn holding(mut self, permissions: impl IntoIterator<Item = Permission>) -> Self {
        self.permissions = permissions.into_iter().collect();
        self
    }

    pub(crate) fn unverified(mut self) -> Self {
        self.email_verified = false;
        self
    }

    pub(crate) fn being(mut self, condition: Condition) -> Self {
        self.condition = condition;
        self
    }

    /// Who proved who they are so long ago.
    pub(crate) fn who_proved_it(mut self, ago: TimeDelta) -> Self {
        self.proof_age = ago;
        self
    }

    fn standing(&self) -> Result<Option<Standing>, Outage> {
        let status = match self.condition {
            Condition::Active => AccountStatus::Active,
            Condition::Suspended => AccountStatus::Suspended,
            Condition::Deleted => AccountStatus::Deleted,
            Condition::SignedOut => return Ok(None),
            Condition::Unknowable => {
                return Err(Outage::unavailable(
                    Dependency::Postgres,
                    "connection refused",
                ));
            }
        };
        let rights = Rights {
            status,
            email_verified: self.email_verified,
            permissions: self.permissions,
            epoch: AccessEpoch(1),
        };
        Ok(Some(Standing {
            session: session_id(&self.name),
            user: user_id(&self.name),
            rights,
        }))
    }
}

/// A key of this person, that it is and how far it reaches.
#[derive(Debug, Clone)]
struct KeyHolder {
    person: Person,
    reach: KeyReach,
}

/// The id of the API key of the person of that name.
fn key_id(name: &str) -> ApiKeyId {
    ApiKeyId::new(named(b'k', name))
}

/// The id of the person of that name: the name itself, so that snapshots can be read.
pub(crate) fn user_id(name: &str) -> UserId {
    UserId::new(named(b'u', name))
}

/// The id of the session of the person of that name.
pub(crate) fn session_id(name: &str) -> SessionId {
    SessionId::new(named(b's', name))
}

fn named(kind: u8, name: &str) -> Uuid {
    let mut bytes = [0; 16];
    let text = std::iter::once(kind).chain(name.bytes());
    for (byte, letter) in bytes.iter_mut().zip(text) {
        *byte = letter;
    }
    Uuid::from_bytes(bytes)
}

/// Everybody who has a token, or a key.
#[derive(Debug, Default)]
pub(crate) struct People(Mutex<HashMap<String, Person>>, Mutex<Vec<KeyHolder>>);

impl People {
    /// A token of this person; whoever had the name before is this person now.
    pub(crate) fn admit(&self, person: Person) -> String {
        let token = format!("token-of-{}", person.name);
        self.0.lock().unwrap().insert(token.clone(), person);
        token
    }

    /// A new key of this person, of both scopes unless the reach says otherwise.
    pub(crate) fn admit_key(&self, person: Person, reach: KeyReach) -> String {
        let mut holders = self.1.lock().unwrap();
        holders.push(KeyHolder { person, reach });
        format!("shk_{}", holders.len())
    }

    /// What the `KeyStandings` port answers.
    pub(crate) fn key_standing(
        &self,
        digests: &[KeyDigest],
    ) -> Result<Option<KeyStanding>, Outage> {
        let holders = self.1.lock().unwrap();
        let number = usize::from(digests[0].as_bytes()[0]);
        let holder = number.checked_sub(1).and_then(|place| holders.get(place));
        let Some(KeyHolder { person, reach }) = holder else {
            return Ok(None);
        };
        Ok(person.standing()?.map(|standing| KeyStanding {
            key: key_id(&person.name),
            user: standing.user,
            reach: reach.clone(),
            expires_at: DateTime::<Utc>::MAX_UTC,
            last_used_at: None,
            rights: standing.rights,
        }))
    }

    /// What the `Standings` port answers.
    pub(crate) fn standing(
        &self,
        session: SessionId,
        user: UserId,
    ) -> Result<Option<Standing>, Outage> {
        let people = self.0.lock().unwrap();
        let person = people
            .values()
            .find(|person| session_id(&person.name) == session && user_id(&person.name) == user);
        person.map_or(Ok(None), Person::standing)
    }
}

impl AccessTokens for People {
    fn sign(&self, claims: &AccessClaims) -> Result<Secret<String>, Outage> {
        let (session, generation) = (claims.session, claims.generation.get());
        Ok(Secret::new(format!("access.{session}.{generation}")))
    }

    fn verify(
        &self,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<VerifiedAccess, InvalidAccessToken> {
        let people = self.0.lock().unwrap();
        let person = people.get(token).ok_or(InvalidAccessToken)?;
        Ok(VerifiedAccess {
            user: user_id(&person.name),
            session: session_id(&person.name),
            generation: Generation::FIRST,
            authenticated_at: now - person.proof_age,
        })
    }

    fn key_set(&self) -> String {
        r#"{"keys":[]}"#.to_owned()
    }
}

/// The text of a key is its number.
impl ApiKeyTexts for People {
    fn new_text(&self) -> Result<KeyText, Outage> {
        Ok(KeyText {
            text: Secret::new("shk_shown_once".to_owned()),
            prefix: "shk_shown".to_owned(),
            digest: KeyDigest::restore([0; 32]),
        })
    }

    fn read(&self, text: &str) -> Result<Vec<KeyDigest>, ForgedToken> {
        let number = text.strip_prefix("shk_").and_then(|text| text.parse().ok());
        Ok(vec![KeyDigest::restore([number.ok_or(ForgedToken)?; 32])])
    }
}
