//! Valid domain values, to be changed where a test cares.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use domain::access::actor::{Actor, SessionActor};
use domain::access::key::{KeyReach, KeyScope, KeyScopes, KeyStanding};
use domain::access::permission::{Permission, PermissionSet};
use domain::access::role::RoleName;
use domain::access::standing::{AccessEpoch, Rights, Standing};
use domain::account::email::Email;
use domain::account::locale::Locale;
use domain::account::password::PasswordHash;
use domain::account::profile::Biography;
use domain::account::registration::Registration;
use domain::account::user::{AccountStatus, User};
use domain::account::username::Username;
use domain::audit::{AuditAction, AuditEntry, Origin, Party, Subject};
use domain::id::{ApiKeyId, AuditId, ScriptId, SessionId, UserId};
use domain::journal::Journal;
use domain::revision::Revision;
use domain::script::content::{PackedContent, Sha256};
use domain::script::entity::{Owner, Script, ScriptDetail};
use domain::script::publication::Publication;
use domain::script::slug::Slug;
use domain::script::state::{ScriptStatus, Visibility};
use domain::script::taxonomy::{Language, Tags};
use domain::script::version::{Version, VersionNumber};
use domain::script::wording::{Changelog, Readme, Summary, Title};
use domain::session::rotation::{Lifetimes, RotationState};
use domain::session::{AuthMethod, Session};
use uuid::Uuid;

use crate::services::unique_suffix;

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0)
        .single()
        .expect("a valid time")
}

#[expect(
    clippy::disallowed_methods,
    reason = "rows of different tests must not meet"
)]
fn fresh() -> Uuid {
    Uuid::new_v4()
}

/// Somebody who is signed in, verified, and may nothing yet.
#[must_use]
pub fn actor() -> ActorBuilder {
    ActorBuilder {
        user: UserId::new(fresh()),
        session: SessionId::new(fresh()),
        permissions: PermissionSet::EMPTY,
        email_verified: true,
    }
}

/// Builds an [`Actor`].
#[derive(Debug, Clone)]
pub struct ActorBuilder {
    user: UserId,
    session: SessionId,
    permissions: PermissionSet,
    email_verified: bool,
}

impl ActorBuilder {
    /// A certain person.
    #[must_use]
    pub const fn of(mut self, user: UserId) -> Self {
        self.user = user;
        self
    }

    /// With one more permission.
    #[must_use]
    pub const fn with(mut self, permission: Permission) -> Self {
        self.permissions = self.permissions.with(permission);
        self
    }

    /// Whose address was not confirmed.
    #[must_use]
    pub const fn unverified(mut self) -> Self {
        self.email_verified = false;
        self
    }

    /// The standing that makes this actor.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        let rights = Rights {
            status: AccountStatus::Active,
            email_verified: self.email_verified,
            permissions: self.permissions,
            epoch: AccessEpoch(1),
        };
        Standing {
            session: self.session,
            user: self.user,
            rights,
        }
    }

    /// The actor, in a session.
    #[must_use]
    pub fn build(&self) -> Actor {
        Actor::admit(&self.standing(), noon(), Origin::default())
            .expect("an active account is admitted")
    }

    /// The actor, with the proof that it is a session.
    #[must_use]
    pub fn in_session(&self) -> SessionActor {
        let in_session = self.build().by_session();
        in_session.expect("a session is one")
    }

    /// The standing of a key of this person, in force for an hour; with a list, kept to those scripts.
    #[must_use]
    pub fn key_standing(&self, scopes: &[KeyScope], scripts: Option<Vec<ScriptId>>) -> KeyStanding {
        let scopes = KeyScopes::collect(scopes.iter().copied()).expect("a scope");
        KeyStanding {
            key: ApiKeyId::new(fresh()),
            user: self.user,
            reach: KeyReach::restore(scopes, scripts),
            expires_at: noon() + TimeDelta::hours(1),
            last_used_at: None,
            rights: self.standing().rights,
        }
    }

    /// The actor through a key of these scopes; with a list, kept to those scripts.
    #[must_use]
    pub fn through_key(&self, scopes: &[KeyScope], scripts: Option<Vec<ScriptId>>) -> Actor {
        Actor::admit_key(&self.key_standing(scopes, scripts), Origin::default())
            .expect("an active account is admitted")
    }
}

/// An active, unverified person with unique names.
#[must_use]
pub fn a_user() -> User {
    let name: String = format!("u{}", unique_suffix()).chars().take(20).collect();
    User {
        id: UserId::new(fresh()),
        username: Username::parse(&name).expect("a valid name"),
        display_name: None,
        biography: Biography::default(),
        avatar: None,
        email: Some(Email::parse(&format!("{name}@example.org")).expect("a valid address")),
        email_verified_at: None,
        locale: Locale::English,
        status: AccountStatus::Active,
        revision: Revision::FIRST,
        created_at: noon(),
        updated_at: noon(),
    }
}

/// A registration of the person, with no token, session or job.
#[must_use]
pub fn a_registration(user: User) -> Registration {
    let journal = a_journal(
        AuditAction::Register,
        Party::User(user.id),
        Subject::User(user.id),
    );
    let password = PasswordHash::restore(
        "$2b$04$......................IdN2tKpXk6oIO1jSv2gXWkB6r7VdE2e".to_owned(),
    );
    Registration {
        user,
        roles: vec![RoleName::user()],
        password,
        verification: None,
        session: None,
        journal,
    }
}

/// A journal of one success.
#[must_use]
pub fn a_journal(action: AuditAction, actor: Party, subject: Subject) -> Journal {
    Journal::new(AuditEntry::success(
        AuditId::new(fresh()),
        noon(),
        actor,
        action,
        subject,
        &Origin::default(),
    ))
}

/// A living session of the person that began at noon.
#[must_use]
pub fn a_session(user: UserId) -> Session {
    Session {
        device: None,
        id: SessionId::new(fresh()),
        user,
        rotation: RotationState::begin(noon(), &Lifetimes::default()),
        authenticated_at: noon(),
        methods: vec![AuthMethod::Password],
        ip: None,
        user_agent: Some("test".to_owned()),
        created_at: noon(),
        last_seen_at: noon(),
    }
}

/// A public Lua script of the person, with a unique slug.
#[must_use]
pub fn a_script(owner: UserId) -> Script {
    let slug: String = format!("s{}", unique_suffix().replace('_', "-"))
        .chars()
        .take(30)
        .collect();
    Script {
        id: ScriptId::new(fresh()),
        owner,
        slug: Slug::parse(&slug).expect("a valid slug"),
        title: Title::parse("A script").expect("a valid title"),
        summary: Summary::parse("Does things").expect("a valid summary"),
        readme: Readme::parse("# A script").expect("a valid readme"),
        language: Language::parse("lua").expect("a valid language"),
        licence: None,
        tags: Tags::default(),
        category: None,
        visibility: Visibility::Public,
        status: ScriptStatus::Published,
        latest_version: VersionNumber::FIRST,
        revision: Revision::FIRST,
        created_at: noon(),
        updated_at: noon(),
        deleted_at: None,
    }
}

/// The first version of a script, with this content.
#[must_use]
pub fn a_version(script: &Script, content: &PackedContent) -> Version {
    Version {
        script: script.id,
        number: VersionNumber::FIRST,
        label: None,
        changelog: Changelog::parse("").expect("a valid changelog"),
        sha256: content.sha256,
        size: content.size,
        author: script.owner,
        created_at: script.created_at,
        yanked_at: None,
    }
}

/// A script as its page shows it, with [`packed`]`(1)` as its only version.
#[must_use]
pub fn a_detail(owner: UserId) -> ScriptDetail {
    let script = a_script(owner);
    let latest = a_version(&script, &packed(1));
    ScriptDetail {
        owner: Owner {
            id: owner,
            username: Username::parse("alice").expect("a valid name"),
            display_name: None,
        },
        script,
        latest,
    }
}

/// A content whose bytes and digests follow from `seed`; it is not really packed.
#[must_use]
pub fn packed(seed: u8) -> PackedContent {
    PackedContent {
        sha256: Sha256::new([seed; 32]),
        size: 3,
        gzip: vec![seed; 8],
        gzip_sha256: Sha256::new([!seed; 32]),
    }
}

/// The publication of a script with this content.
#[must_use]
pub fn a_publication(script: Script, content: PackedContent) -> Publication {
    let version = a_version(&script, &content);
    let journal = a_journal(
        AuditAction::CreateScript,
        Party::User(script.owner),
        Subject::Script(script.id),
    );
    Publication {
        script,
        version,
        content,
        idempotency: None,
        journal,
    }
}

/// One second.
pub const SECOND: TimeDelta = TimeDelta::seconds(1);
