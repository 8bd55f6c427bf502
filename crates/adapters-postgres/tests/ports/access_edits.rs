//! Edits of roles, permissions and who holds them.

use adapters_postgres::{PgAccessEdits, PgRoles};
use chrono::DateTime;
use domain::access::edit::{
    AccessConflict, AccessDecision, AccessEdit, PermissionEdit, RoleAssignment, RoleEdit,
};
use domain::access::impact::Impact;
use domain::access::permission_name::{PermissionName, PermissionNames};
use domain::access::role::{Purpose, Role, RoleName};
use domain::access::standing::AccessChange;
use domain::account::user::User;
use domain::audit::{AuditEntry, Origin, Party};
use domain::id::{AuditId, UserId};
use domain::outage::StoreError;
use domain::port::access_edits::AccessEdits;
use domain::port::roles::Roles;
use domain::revision::Revision;
use uuid::Uuid;

use crate::common::{Home, home};

pub(crate) fn role(text: &str) -> RoleName {
    RoleName::parse(text).unwrap()
}

pub(crate) fn permission(text: &str) -> PermissionName {
    PermissionName::parse(text).unwrap()
}

pub(crate) fn names(texts: &[&str]) -> PermissionNames {
    texts.iter().map(|text| permission(text)).collect()
}

/// Somebody who holds one more role.
pub(crate) async fn holder(home: &Home, role: &str) -> User {
    let user = home.person().await;
    let sql = "INSERT INTO user_roles (user_id, role_id) SELECT $1::text::uuid, id FROM roles WHERE name = $2";
    let id = user.id.to_string();
    home.owner.execute(sql, &[&id, &role]).await.unwrap();
    user
}

/// The audit row has the id of its act, so that a test that acts twice tells them apart.
fn decision(by: Option<UserId>, edit: AccessEdit) -> AccessDecision {
    let entry = AuditEntry::success(
        AuditId::new(test_support::a_user().id.as_uuid()),
        DateTime::UNIX_EPOCH,
        by.map_or(Party::Operator, Party::User),
        edit.action(),
        edit.subject(),
        &Origin::default(),
    );
    AccessDecision { edit, by, entry }
}

fn conflict<T>(error: StoreError<AccessConflict>) -> Result<T, AccessConflict> {
    match error {
        StoreError::Conflict(conflict) => Err(conflict),
        StoreError::Outage(outage) => panic!("{outage}"),
    }
}

pub(crate) async fn decide(
    home: &Home,
    by: Option<UserId>,
    edit: AccessEdit,
) -> Result<Option<AccessChange>, AccessConflict> {
    let edits = PgAccessEdits::new(home.pg.clone());
    let decided = edits.decide(&decision(by, edit)).await;
    decided.or_else(conflict)
}

pub(crate) async fn rehearse(
    home: &Home,
    by: Option<UserId>,
    edit: AccessEdit,
) -> Result<Impact, AccessConflict> {
    let edits = PgAccessEdits::new(home.pg.clone());
    let rehearsed = edits.rehearse(&decision(by, edit)).await;
    rehearsed.or_else(conflict)
}

pub(crate) async fn found(home: &Home, name: &str) -> Option<Role> {
    let roles = PgRoles::new(home.pg.clone());
    roles.find(&role(name)).await.unwrap()
}

fn create(name: &str, permissions: &[&str]) -> AccessEdit {
    AccessEdit::Role(RoleEdit::Create {
        role: role(name),
        purpose: Purpose::parse("a role of a test").unwrap(),
        permissions: names(permissions),
    })
}

fn set(name: &str, permissions: &[&str], expected: Revision) -> AccessEdit {
    AccessEdit::Role(RoleEdit::SetPermissions {
        role: role(name),
        permissions: names(permissions),
        expected,
    })
}

pub(crate) fn delete(name: &str, reassign_to: Option<&str>) -> AccessEdit {
    AccessEdit::Role(RoleEdit::Delete {
        role: role(name),
        reassign_to: reassign_to.map(role),
        expected: None,
    })
}

pub(crate) fn assign(user: UserId, roles: &[&str]) -> AccessEdit {
    AccessEdit::Assignment(RoleAssignment {
        user,
        roles: roles.iter().map(|text| role(text)).collect(),
    })
}

async fn grants(home: &Home, user: UserId) -> Vec<(String, Option<UserId>)> {
    let roles = PgRoles::new(home.pg.clone());
    let holdings = roles.find_holdings(user).await.unwrap().unwrap();
    let grants = holdings.grants.into_iter();
    grants
        .map(|grant| (grant.role.to_string(), grant.by.map(|(id, _)| id)))
        .collect()
}

#[tokio::test]
async fn a_role_is_made_changed_and_deleted_each_with_its_audit_row() {
    let home = home().await;
    let admin = Some(holder(&home, "admin").await.id);
    let made = decide(&home, admin, create("curator", &["scripts.featured"])).await;
    assert_eq!(made, Ok(None), "nobody holds it yet");
    let again = decide(&home, admin, create("curator", &[])).await;
    assert_eq!(again, Err(AccessConflict::NameTaken));
    let wanted = ["scripts.featured", "scripts.moderate"];
    let changed = decide(&home, admin, set("curator", &wanted, Revision::FIRST)).await;
    assert!(matches!(changed, Ok(Some(AccessChange::Everybody { .. }))));
    let curator = found(&home, "curator").await.unwrap();
    assert_eq!(curator.permissions, names(&wanted));
    assert_eq!(curator.revision, Revision::FIRST.next());
    let stale = decide(&home, admin, set("curator", &[], Revision::FIRST)).await;
    assert_eq!(stale, Err(AccessConflict::Stale));
    decide(&home, admin, delete("curator", None)).await.unwrap();
    assert_eq!(found(&home, "curator").await, None);
    let audited =
        "SELECT count(*) FROM audit_logs WHERE action LIKE 'role.%' AND subject_kind = 'role'";
    assert_eq!(home.count(audited).await, 3);
    let told = "SELECT count(*) FROM audit_logs WHERE action = 'role.set_permissions' \
                AND before->'permissions' = '[\"scripts.featured\"]' \
                AND after->'permissions' = '[\"scripts.featured\", \"scripts.moderate\"]'";
    assert_eq!(home.count(told).await, 1);
}

#[tokio::test]
async fn what_stays_keeps_who_granted_it_and_what_comes_names_the_granter() {
    let home = home().await;
    let (admin, ada) = (holder(&home, "admin").await, home.person().await);
    let by = Some(admin.id);
    let given = decide(&home, by, assign(ada.id, &["user", "premium_user"])).await;
    assert!(matches!(given, Ok(Some(AccessChange::User { user, .. })) if user == ada.id));
    let expected = [("premium_user".to_owned(), by), ("user".to_owned(), None)];
    assert_eq!(grants(&home, ada.id).await, expected);
    decide(&home, by, assign(ada.id, &["premium_user"]))
        .await
        .unwrap();
    assert_eq!(grants(&home, ada.id).await, expected[..1]);
    let unknown = decide(&home, by, assign(ada.id, &["nobody"])).await;
    let expected = AccessConflict::UnknownRoles(vec![role("nobody")]);
    assert_eq!(unknown, Err(expected));
    let nobody = UserId::new(Uuid::from_u128(9));
    let nowhere = decide(&home, by, assign(nobody, &["user"])).await;
    assert_eq!(nowhere, Err(AccessConflict::NotFound));
}

#[tokio::test]
async fn nobody_reaches_above_themselves_nor_after_they_were_put_out() {
    let home = home().await;
    // A moderator who may grant roles, as the gate demands of whoever gets here.
    home.owner
        .batch_execute(
            "INSERT INTO role_permissions (role_id, permission_id) \
             SELECT r.id, p.id FROM roles r, permissions p WHERE r.name = 'moderator' AND p.name = 'users.roles'",
        )
        .await
        .unwrap();
    let moderator = holder(&home, "moderator").await;
    let (admin, ada) = (holder(&home, "admin").await, home.person().await);
    let by = Some(moderator.id);
    let above = decide(&home, by, assign(admin.id, &["user"])).await;
    assert!(matches!(above, Err(AccessConflict::Above(_))), "{above:?}");
    let beyond = decide(&home, by, assign(ada.id, &["user", "admin"])).await;
    assert!(matches!(beyond, Err(AccessConflict::Beyond(_))));
    let beyond = decide(&home, by, create("helper", &["users.delete"])).await;
    assert_eq!(
        beyond,
        Err(AccessConflict::Beyond(names(&["users.delete"])))
    );
    assert!(
        decide(&home, by, assign(ada.id, &["moderator"]))
            .await
            .is_ok()
    );
    home.owner
        .batch_execute("UPDATE users SET account_status = 'suspended', suspended_reason = 'spam'")
        .await
        .unwrap();
    let suspended = decide(&home, by, create("helper", &["scripts.read"])).await;
    assert!(matches!(suspended, Err(AccessConflict::Beyond(_))));
}

#[tokio::test]
async fn two_administrators_who_demote_each_other_at_once_leave_one() {
    let home = home().await;
    for _ in 0..5 {
        let (one, two) = (holder(&home, "admin").await, holder(&home, "admin").await);
        let outcomes = tokio::join!(
            decide(&home, Some(one.id), assign(two.id, &["user"])),
            decide(&home, Some(two.id), assign(one.id, &["user"])),
        );
        let done = usize::from(outcomes.0.is_ok()) + usize::from(outcomes.1.is_ok());
        assert_eq!(done, 1, "{outcomes:?}");
        let refused = outcomes.0.err().or(outcomes.1.err());
        assert_eq!(refused, Some(AccessConflict::LastAdmin));
        let admins = "SELECT count(*) FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE r.name = 'admin'";
        assert_eq!(home.count(admins).await, 1);
        home.owner
            .batch_execute("DELETE FROM user_roles ur USING roles r WHERE r.id = ur.role_id AND r.name = 'admin'")
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn the_last_who_administers_the_platform_goes_on_doing_so_also_in_a_rehearsal() {
    let home = home().await;
    let (admin, other) = (holder(&home, "admin").await, holder(&home, "admin").await);
    let by = Some(admin.id);
    let own = || assign(admin.id, &["user"]);
    assert!(rehearse(&home, by, own()).await.is_ok());
    decide(&home, by, assign(other.id, &["user"]))
        .await
        .unwrap();
    assert_eq!(
        rehearse(&home, by, own()).await,
        Err(AccessConflict::LastAdmin)
    );
    assert_eq!(
        decide(&home, by, own()).await,
        Err(AccessConflict::LastAdmin)
    );
    assert_eq!(
        decide(&home, None, own()).await,
        Err(AccessConflict::LastAdmin)
    );
    let kept = decide(&home, by, assign(admin.id, &["user", "admin", "moderator"])).await;
    assert!(kept.is_ok());
}

#[tokio::test]
async fn who_held_a_deleted_role_holds_the_other_one_instead() {
    let home = home().await;
    let admin = Some(holder(&home, "admin").await.id);
    decide(&home, admin, create("curator", &["scripts.featured"]))
        .await
        .unwrap();
    let (ada, grace) = (
        holder(&home, "curator").await,
        holder(&home, "curator").await,
    );
    let in_use = decide(&home, admin, delete("curator", None)).await;
    assert_eq!(in_use, Err(AccessConflict::InUse(2)));
    let impact = rehearse(&home, admin, delete("curator", Some("moderator")))
        .await
        .unwrap();
    assert_eq!(impact.affected.number, 2);
    let sample = impact.sample.first().unwrap();
    assert!(sample.gained.contains(&permission("users.suspend")));
    assert!(sample.lost.is_empty(), "a moderator features scripts, too");
    decide(&home, admin, delete("curator", Some("premium_user")))
        .await
        .unwrap();
    for user in [ada.id, grace.id] {
        let expected = [
            ("premium_user".to_owned(), admin),
            ("user".to_owned(), None),
        ];
        assert_eq!(grants(&home, user).await, expected);
    }
}

#[tokio::test]
async fn a_new_permission_needs_no_deploy_and_a_deleted_one_leaves_nobody_with_it() {
    let home = home().await;
    let admin = Some(holder(&home, "admin").await.id);
    let name = permission("bundles.publish");
    let make = || {
        AccessEdit::Permission(PermissionEdit::Create {
            permission: name.clone(),
            purpose: Purpose::default(),
        })
    };
    let impact = rehearse(&home, admin, make()).await.unwrap();
    assert_eq!(impact.affected.number, 1);
    assert_eq!(
        impact.sample.first().unwrap().gained,
        names(&["bundles.publish"])
    );
    decide(&home, admin, make()).await.unwrap();
    let taken = decide(&home, admin, make()).await;
    assert_eq!(taken, Err(AccessConflict::NameTaken));
    let premium = found(&home, "premium_user").await.unwrap();
    let more = premium.permissions.and(&names(&["bundles.publish"]));
    let edit = AccessEdit::Role(RoleEdit::SetPermissions {
        role: role("premium_user"),
        permissions: more,
        expected: premium.revision,
    });
    decide(&home, admin, edit).await.unwrap();
    let remove = AccessEdit::Permission(PermissionEdit::Delete { permission: name });
    decide(&home, admin, remove).await.unwrap();
    let after = found(&home, "premium_user").await.unwrap();
    assert_eq!(after.permissions, premium.permissions);
    assert!(after.revision > premium.revision);
    let known = AccessEdit::Permission(PermissionEdit::Delete {
        permission: permission("scripts.create"),
    });
    assert_eq!(
        decide(&home, admin, known).await,
        Err(AccessConflict::BuiltIn)
    );
}

#[tokio::test]
async fn a_flush_is_an_epoch_for_everybody_with_its_audit_row() {
    let home = home().await;
    let edits = PgAccessEdits::new(home.pg.clone());
    let journal = test_support::a_journal(
        domain::audit::AuditAction::FlushPermissions,
        Party::Operator,
        domain::audit::Subject::None,
    );
    let epoch = edits.flush(&journal).await.unwrap();
    let everybody = format!(
        "SELECT count(*) FROM access_changes WHERE user_id IS NULL AND epoch = {}",
        epoch.0
    );
    assert_eq!(home.count(&everybody).await, 1);
    let audited = "SELECT count(*) FROM audit_logs WHERE action = 'permission.flush'";
    assert_eq!(home.count(audited).await, 1);
}
