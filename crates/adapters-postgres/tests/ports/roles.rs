//! Roles and permissions, as they are looked at.

use std::fmt::Write;

use adapters_postgres::PgRoles;
use domain::access::permission_name::PermissionNames;
use domain::port::roles::Roles;

use crate::common::home;

/// The table that a reviewer reads: a change of what roles give by default shows here.
#[tokio::test]
async fn the_reviewed_table_shows_who_holds_what_on_a_new_platform() {
    let home = home().await;
    let ports = PgRoles::new(home.pg.clone());
    let (roles, permissions) = (ports.list().await, ports.list_permissions().await);
    let (roles, permissions) = (roles.unwrap(), permissions.unwrap());
    let mut table = format!("{:<20}", "permission");
    for role in &roles {
        write!(table, " {:<12}", role.name.as_str()).unwrap();
    }
    for permission in &permissions {
        write!(table, "\n{:<20}", permission.name.as_str()).unwrap();
        for role in &roles {
            let holds = role.permissions.contains(&permission.name);
            assert_eq!(holds, permission.roles.contains(&role.name));
            write!(table, " {:<12}", if holds { "yes" } else { "-" }).unwrap();
        }
    }
    let lines: Vec<_> = table.lines().map(str::trim_end).collect();
    let reviewed: Vec<_> = include_str!("who_holds_what.txt").lines().collect();
    assert_eq!(lines, reviewed);
}

#[tokio::test]
async fn the_tables_hold_exactly_what_the_code_checks() {
    let home = home().await;
    let listed = PgRoles::new(home.pg.clone()).list_permissions().await;
    let names: PermissionNames = listed.unwrap().into_iter().map(|one| one.name).collect();
    assert_eq!(names, PermissionNames::known());
}

#[tokio::test]
async fn nobody_is_held_to_hold_anything_who_is_not_there() {
    let home = home().await;
    let nobody = test_support::a_user().id;
    let found = PgRoles::new(home.pg.clone()).find_holdings(nobody).await;
    assert_eq!(found.unwrap(), None);
}
