use super::*;
use proptest::prelude::*;
use uuid::Uuid;

fn names(texts: &[&str]) -> PermissionNames {
    texts
        .iter()
        .map(|text| PermissionName::parse(text).unwrap())
        .collect()
}

fn role(text: &str) -> RoleName {
    RoleName::parse(text).unwrap()
}

const ALL: [&str; 5] = [
    "a.read",
    "a.write",
    "b.read",
    "roles.manage",
    "scripts.featured",
];

/// `user` reads, `editor` writes, `admin` does everything; the actor holds what is said.
fn scene(holds: Option<&[&str]>) -> Scene {
    let known = |permissions: &[&str]| KnownRole {
        purpose: Purpose::default(),
        permissions: names(permissions),
        revision: Revision::FIRST,
    };
    Scene {
        holds: holds.map(names),
        roles: BTreeMap::from([
            (RoleName::user(), known(&["a.read"])),
            (role("editor"), known(&["a.read", "a.write"])),
            (RoleName::admin(), known(&ALL)),
        ]),
        permissions: names(&ALL)
            .iter()
            .map(|name| (name.clone(), Purpose::default()))
            .collect(),
        holders: 0,
        person: Some(BTreeSet::from([RoleName::user()])),
    }
}

fn set(of: &str, permissions: &[&str]) -> AccessEdit {
    AccessEdit::Role(RoleEdit::SetPermissions {
        role: role(of),
        permissions: names(permissions),
        expected: Revision::FIRST,
    })
}

fn delete(of: &str, reassign_to: Option<&str>) -> AccessEdit {
    AccessEdit::Role(RoleEdit::Delete {
        role: role(of),
        reassign_to: reassign_to.map(role),
        expected: None,
    })
}

fn create(name: &str, permissions: &[&str]) -> AccessEdit {
    AccessEdit::Role(RoleEdit::Create {
        role: role(name),
        purpose: Purpose::default(),
        permissions: names(permissions),
    })
}

fn assign(roles: &[&str]) -> AccessEdit {
    AccessEdit::Assignment(RoleAssignment {
        user: UserId::new(Uuid::nil()),
        roles: roles.iter().map(|text| role(text)).collect(),
    })
}

fn permission(name: &str, make: fn(PermissionName) -> PermissionEdit) -> AccessEdit {
    AccessEdit::Permission(make(PermissionName::parse(name).unwrap()))
}

fn deletion(permission: PermissionName) -> PermissionEdit {
    PermissionEdit::Delete { permission }
}

fn creation(permission: PermissionName) -> PermissionEdit {
    PermissionEdit::Create {
        permission,
        purpose: Purpose::default(),
    }
}

#[test]
fn nobody_gives_a_role_what_they_do_not_hold_nor_edits_one_that_holds_more() {
    let clerk = scene(Some(&["a.read", "roles.manage"]));
    let beyond = |texts: &[&str]| Err(AccessConflict::Beyond(names(texts)));
    assert_eq!(
        clerk.judge(&set("user", &["a.read", "b.read"])),
        beyond(&["b.read"])
    );
    assert_eq!(
        clerk.judge(&create("helper", &["a.write"])),
        beyond(&["a.write"])
    );
    assert_eq!(
        clerk.judge(&set("editor", &["a.read"])),
        beyond(&["a.write"])
    );
    assert_eq!(clerk.judge(&delete("editor", None)), beyond(&["a.write"]));
    assert!(clerk.judge(&create("helper", &["a.read"])).is_ok());
    assert!(
        clerk
            .judge(&set("user", &["a.read", "roles.manage"]))
            .is_ok()
    );
}

#[test]
fn a_permission_that_the_code_does_not_know_counts_like_any_other() {
    assert_eq!(Permission::by_name("a.write"), None);
    let clerk = scene(Some(&["a.read", "roles.manage"]));
    let outcome = clerk.judge(&assign(&["editor"]));
    assert_eq!(outcome, Err(AccessConflict::Beyond(names(&["a.write"]))));
}

#[test]
fn roles_are_given_and_taken_only_from_people_who_may_do_no_more_than_the_actor() {
    let mut clerk = scene(Some(&["a.read", "roles.manage"]));
    assert!(clerk.judge(&assign(&[])).is_ok());
    clerk.person = Some(BTreeSet::from([RoleName::user(), role("editor")]));
    let above = Err(AccessConflict::Above(names(&["a.write"])));
    // Not even what leaves untouched what they have more.
    assert_eq!(clerk.judge(&assign(&["editor"])), above);
    assert_eq!(clerk.judge(&assign(&["user"])), above);
    clerk.person = None;
    let nobody = clerk.judge(&assign(&["user"]));
    assert_eq!(nobody, Err(AccessConflict::NotFound));
}

#[test]
fn what_changes_for_a_person_considers_all_their_roles() {
    let mut admin = scene(Some(&ALL));
    admin.person = Some(BTreeSet::from([RoleName::user(), role("editor")]));
    let plan = admin.judge(&assign(&["user"])).unwrap();
    let expected = Effect::Person {
        user: UserId::new(Uuid::nil()),
        gained: names(&[]),
        lost: names(&["a.write"]),
    };
    assert_eq!(plan.effect, expected);
}

#[test]
fn the_platform_keeps_its_own_roles_and_permissions_and_admin_keeps_everything() {
    let admin = scene(Some(&ALL));
    for of in ["user", "admin"] {
        let outcome = admin.judge(&delete(of, Some("editor")));
        assert_eq!(outcome, Err(AccessConflict::BuiltIn), "{of}");
    }
    let less = admin.judge(&set("admin", &["a.read"]));
    assert_eq!(less, Err(AccessConflict::BuiltIn));
    assert!(admin.judge(&set("admin", &ALL)).is_ok());
    let known = admin.judge(&permission("scripts.featured", deletion));
    assert_eq!(known, Err(AccessConflict::BuiltIn));
    assert!(admin.judge(&permission("a.write", deletion)).is_ok());
}

#[test]
fn a_role_that_people_hold_is_deleted_only_when_they_get_another() {
    let mut admin = scene(Some(&ALL));
    admin.holders = 3;
    let in_use = admin.judge(&delete("editor", None));
    assert_eq!(in_use, Err(AccessConflict::InUse(3)));
    for unknown in ["nobody", "editor"] {
        let outcome = admin.judge(&delete("editor", Some(unknown)));
        let expected = AccessConflict::UnknownRoles(vec![role(unknown)]);
        assert_eq!(outcome, Err(expected));
    }
    let plan = admin.judge(&delete("editor", Some("user"))).unwrap();
    let expected = Effect::Holders {
        of: vec![role("editor")],
        gained: names(&[]),
        lost: names(&["a.write"]),
    };
    assert_eq!(plan.effect, expected);
    let clerk = scene(Some(&["a.read", "a.write"]));
    let raised = clerk.judge(&delete("editor", Some("admin")));
    let beyond = names(&["b.read", "roles.manage", "scripts.featured"]);
    assert_eq!(raised, Err(AccessConflict::Beyond(beyond)));
}

#[test]
fn a_new_permission_goes_to_admin_and_a_deleted_one_leaves_every_role() {
    let admin = scene(Some(&ALL));
    let plan = admin.judge(&permission("c.fly", creation)).unwrap();
    let gained = Effect::Holders {
        of: vec![RoleName::admin()],
        gained: names(&["c.fly"]),
        lost: names(&[]),
    };
    assert_eq!(plan.effect, gained);
    let taken = admin.judge(&permission("a.read", creation));
    assert_eq!(taken, Err(AccessConflict::NameTaken));
    let plan = admin.judge(&permission("a.write", deletion)).unwrap();
    let Effect::Holders { of, lost, .. } = plan.effect else {
        panic!("holders lose it");
    };
    assert_eq!(of, [RoleName::admin(), role("editor")]);
    assert_eq!(lost, names(&["a.write"]));
}

#[test]
fn an_edit_of_another_state_than_the_one_that_was_seen_is_refused() {
    let admin = scene(Some(&ALL));
    let edit = AccessEdit::Role(RoleEdit::Describe {
        role: role("editor"),
        purpose: Purpose::default(),
        expected: Revision::FIRST.next(),
    });
    assert_eq!(admin.judge(&edit), Err(AccessConflict::Stale));
}

#[test]
fn names_that_are_taken_or_unknown_are_told() {
    let admin = scene(None);
    assert_eq!(
        admin.judge(&create("editor", &[])),
        Err(AccessConflict::NameTaken)
    );
    assert_eq!(
        admin.judge(&create("helper", &["c.fly"])),
        Err(AccessConflict::UnknownPermissions(names(&["c.fly"])))
    );
    assert_eq!(
        admin.judge(&assign(&["user", "nobody"])),
        Err(AccessConflict::UnknownRoles(vec![role("nobody")]))
    );
    let mut full = scene(None);
    let one = full.roles[&RoleName::user()].clone();
    full.roles = (0..MOST_ROLES)
        .map(|number| (role(&format!("role_{number}")), one.clone()))
        .collect();
    assert_eq!(
        full.judge(&create("helper", &[])),
        Err(AccessConflict::TooMany)
    );
}

fn some() -> impl Strategy<Value = Vec<&'static str>> {
    prop::sample::subsequence(ALL.to_vec(), 0..=ALL.len())
}

proptest! {
    /// Whatever an actor is let do, nothing that it gives or takes is beyond what they hold.
    #[test]
    fn what_is_let_through_moves_only_what_the_actor_holds(
        holds in some(),
        wanted in some(),
        held in prop::sample::subsequence(vec!["user", "editor", "admin"], 0..=3),
        roles in prop::sample::subsequence(vec!["user", "editor", "admin"], 0..=3),
        of in prop::sample::select(vec!["user", "editor", "admin"]),
    ) {
        let mut scene = scene(Some(&holds));
        scene.person = Some(held.iter().map(|text| role(text)).collect());
        for edit in [set(of, &wanted), assign(&roles), delete(of, Some("user")), create("new", &wanted)] {
            let Ok(plan) = scene.judge(&edit) else { continue };
            let (gained, lost) = match plan.effect {
                Effect::Nobody => continue,
                Effect::Holders { gained, lost, .. } | Effect::Person { gained, lost, .. } => (gained, lost),
            };
            let held = names(&holds);
            prop_assert!(gained.and(&lost).without(&held).is_empty());
        }
    }
}
