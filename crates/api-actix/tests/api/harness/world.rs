//! What there is before a test begins: Ada's account and her scripts. The same in every run, so that snapshots can show it.

use api_actix::digest::sha256;
use chrono::TimeDelta;
use domain::access::impact::{Grant, Holdings};
use domain::access::key::{KeyReach, KeyScope, KeyScopes};
use domain::access::permission_name::PermissionName;
use domain::access::role::{Counted, ListedPermission, Purpose, Role, RoleName};
use domain::account::api_key::{ApiKey, KeyLife, KeyName};
use domain::account::email::Email;
use domain::account::profile::DisplayName;
use domain::account::supervision::{Dossier, HeldRole};
use domain::account::user::{AccountStatus, PublicProfile, User, UserWithRoles};
use domain::account::username::Username;
use domain::audit::reading::AuditRecord;
use domain::audit::{Outcome, Party};
use domain::id::{ApiKeyId, AuditId, AvatarId, ScriptId, UserId};
use domain::port::clock::Clock;
use domain::revision::Revision;
use domain::script::content::{PackedContent, Sha256};
use domain::script::entity::{Owner, ScriptDetail, ScriptSummary, VersionInContext};
use domain::script::slug::Slug;
use domain::script::state::{ScriptStatus, Visibility};
use domain::script::taxonomy::{Licence, Tag, Tags};
use domain::script::version::{VersionLabel, VersionSelector};
use domain::script::wording::Title;
use test_support::{FixedClock, a_detail, a_user};
use uuid::Uuid;

use super::people::user_id;

/// The content of every script.
pub(crate) const CONTENT: &str = "print('hello')\n";
/// A picture that is there.
pub(crate) const AVATAR: AvatarId = AvatarId::new(Uuid::from_u128(0xa7a));
/// A script that everybody may see.
pub(crate) const PUBLIC: ScriptId = ScriptId::new(Uuid::from_u128(0xa11));
/// A script that only its owner may see.
pub(crate) const PRIVATE: ScriptId = ScriptId::new(Uuid::from_u128(0xb22));
/// A script that its owner deleted yesterday.
pub(crate) const DELETED: ScriptId = ScriptId::new(Uuid::from_u128(0xc33));
/// A script that does not exist.
pub(crate) const MISSING: ScriptId = ScriptId::new(Uuid::from_u128(0xd44));

/// Ada: active and verified, with the names that the documentation uses.
pub(crate) fn ada() -> UserWithRoles {
    let user = User {
        id: user_id("ada"),
        username: Username::parse("ada").unwrap(),
        display_name: Some(DisplayName::parse("Ada Lovelace").unwrap()),
        email: Some(Email::parse("ada@example.org").unwrap()),
        email_verified_at: Some(FixedClock::default().now()),
        ..a_user()
    };
    UserWithRoles {
        user,
        roles: vec![RoleName::user()],
    }
}

/// What staff sees of Ada.
pub(crate) fn dossier() -> Dossier {
    let UserWithRoles { user, roles } = ada();
    let held = |role| HeldRole {
        role,
        granted_by: None,
        granted_at: FixedClock::default().now(),
    };
    Dossier {
        user,
        roles: roles.into_iter().map(held).collect(),
        suspension: None,
        deleted_at: None,
        live_sessions: 1,
        last_seen_at: Some(FixedClock::default().now()),
        scripts: 3,
        providers: vec!["email".to_owned()],
        has_second_factor: false,
    }
}

/// A role by any name: it features scripts, and nobody holds it.
pub(crate) fn role(name: &RoleName) -> Role {
    let now = FixedClock::default().now();
    Role {
        name: name.clone(),
        purpose: Purpose::parse("Chooses what is featured").unwrap(),
        is_default: false,
        permissions: std::iter::once(PermissionName::parse("scripts.featured").unwrap()).collect(),
        holders: Counted::restore(0),
        revision: Revision::FIRST,
        created_at: now,
        updated_at: now,
    }
}

/// The permissions that there are: one that the code knows, and one that it does not know.
pub(crate) fn permissions() -> Vec<ListedPermission> {
    let now = FixedClock::default().now();
    let listed = |name: &str| ListedPermission {
        name: PermissionName::parse(name).unwrap(),
        purpose: Purpose::default(),
        roles: vec![RoleName::admin(), RoleName::parse("curator").unwrap()],
        created_at: now,
        updated_at: now,
    };
    vec![listed("bundles.publish"), listed("scripts.featured")]
}

/// What Ada holds: Grace made her a curator.
pub(crate) fn holdings() -> Holdings {
    let curator = role(&RoleName::parse("curator").unwrap());
    let ada = ada().user;
    Holdings {
        user: ada.id,
        username: ada.username,
        status: ada.status,
        email_verified: true,
        grants: vec![Grant {
            role: curator.name,
            permissions: curator.permissions,
            by: Some((user_id("grace"), Username::parse("grace").unwrap())),
            at: FixedClock::default().now(),
        }],
    }
}

/// Ada's API key.
pub(crate) fn api_key() -> ApiKey {
    let scopes = KeyScopes::collect([KeyScope::Write]).unwrap();
    let made = FixedClock::default().now();
    ApiKey {
        id: ApiKeyId::new(Uuid::from_u128(0xf66)),
        name: KeyName::parse("CI of word-frequency").unwrap(),
        prefix: "shk_Zm9vYmFy".to_owned(),
        reach: KeyReach::new(scopes, Some(vec![PUBLIC])).unwrap(),
        created_at: made,
        expires_at: KeyLife::default().counted_from(made),
        last_used_at: None,
    }
}

/// The row that tells how a moderator suspended Ada.
pub(crate) fn suspension() -> AuditRecord {
    AuditRecord {
        id: AuditId::new(Uuid::from_u128(0xe55)),
        at: FixedClock::default().now(),
        actor: Party::User(user_id("grace")),
        action: "account.suspend".to_owned(),
        subject_kind: "user".to_owned(),
        subject_id: Some(user_id("ada").as_uuid()),
        outcome: Outcome::Success,
        before: "{}".to_owned(),
        after: r#"{"reason":"spam"}"#.to_owned(),
        ip: Some([192, 0, 2, 7].into()),
        user_agent: Some("curl/8".to_owned()),
        session: None,
        key: None,
        request_id: Some("request-0001".to_owned()),
    }
}

/// Charles, who deleted his account.
pub(crate) fn charles() -> UserWithRoles {
    let mut account = ada();
    let user = &mut account.user;
    user.id = user_id("charles");
    user.username = Username::parse("charles").unwrap();
    user.display_name = None;
    user.email = Some(Email::parse("charles@example.org").unwrap());
    user.status = AccountStatus::Deleted;
    account
}

/// What everybody may see of Ada.
pub(crate) fn profile() -> PublicProfile {
    let user = ada().user;
    PublicProfile {
        id: user.id,
        username: user.username,
        display_name: user.display_name,
        biography: user.biography,
        avatar: user.avatar,
        public_scripts: 1,
        created_at: user.created_at,
    }
}

/// A script of somebody.
pub(crate) fn script(
    id: ScriptId,
    slug: &str,
    owner: UserId,
    visibility: Visibility,
) -> ScriptDetail {
    let mut detail = a_detail(owner);
    detail.owner = Owner {
        id: owner,
        username: Username::parse("ada").unwrap(),
        display_name: Some(DisplayName::parse("Ada Lovelace").unwrap()),
    };
    let script = &mut detail.script;
    script.id = id;
    script.slug = Slug::parse(slug).unwrap();
    script.title = Title::parse("Word frequency").unwrap();
    script.licence = Some(Licence::parse("MIT").unwrap());
    script.tags = Tags::collect([Tag::parse("text").unwrap()]).unwrap();
    script.visibility = visibility;
    let content = pack(CONTENT);
    detail.latest.script = id;
    detail.latest.label = Some(VersionLabel::parse("1.0.0").unwrap());
    detail.latest.sha256 = content.sha256;
    detail.latest.size = content.size;
    detail
}

/// The scripts that there are.
pub(crate) fn scripts() -> Vec<ScriptDetail> {
    let owner = user_id("ada");
    let mut deleted = script(DELETED, "regretted", owner, Visibility::Public);
    deleted.script.status = ScriptStatus::Deleted;
    deleted.script.deleted_at = Some(FixedClock::default().now() - TimeDelta::days(1));
    vec![
        script(PUBLIC, "word-frequency", owner, Visibility::Public),
        script(PRIVATE, "diary", owner, Visibility::Private),
        deleted,
    ]
}

/// A content as it is stored; what stands for gzip here can be told from the text.
pub(crate) fn pack(text: &str) -> PackedContent {
    let gzip = format!("gzip:{text}").into_bytes();
    PackedContent {
        sha256: Sha256::new(sha256(text.as_bytes())),
        size: u32::try_from(text.len()).unwrap(),
        gzip_sha256: Sha256::new(sha256(&gzip)),
        gzip,
    }
}

/// The script as lists show it.
pub(crate) fn summary(detail: &ScriptDetail) -> ScriptSummary {
    let script = detail.script.clone();
    ScriptSummary {
        id: script.id,
        slug: script.slug,
        owner: detail.owner.clone(),
        title: script.title,
        summary: script.summary,
        language: script.language,
        licence: script.licence,
        tags: script.tags,
        category: script.category,
        visibility: script.visibility,
        latest_version: script.latest_version,
        created_at: script.created_at,
        updated_at: script.updated_at,
    }
}

/// The only version of the script, if that is the one that is meant.
pub(crate) fn version(
    detail: &ScriptDetail,
    selector: &VersionSelector,
) -> Option<VersionInContext> {
    let latest = &detail.latest;
    let is_meant = match selector {
        VersionSelector::Latest => true,
        VersionSelector::Number(number) => latest.number == *number,
        VersionSelector::Digest(digest) => latest.sha256 == *digest,
        VersionSelector::Label(label) => latest.label.as_ref() == Some(label),
    };
    is_meant.then(|| VersionInContext {
        access: detail.script.access(),
        slug: detail.script.slug.clone(),
        language: detail.script.language.clone(),
        version: latest.clone(),
    })
}

/// The address of a script, and of what is below it.
pub(crate) fn path(id: ScriptId, tail: &str) -> String {
    format!("/api/scripts/{id}{tail}")
}
