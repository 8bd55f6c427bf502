//! Who may do what: every operation of the document for everybody who may come along.

use std::fmt::Write as _;

use domain::access::key::{KeyReach, KeyScope, KeyScopes};
use domain::access::permission::Permission;

use crate::harness::{
    Answer, App, Client, Condition, Operation, Person, Security, TestApi, operations,
};

/// Signing out of a session that has ended is fine.
const LEAVES: &str = "POST /api/auth/logout";

const CALLERS: [&str; 14] = [
    "anonymous",
    "nobody",
    "unverified",
    "other",
    "holder",
    "stranger",
    "moderator",
    "admin",
    "key",
    "key_reads",
    "suspended",
    "deleted",
    "ended",
    "outage",
];

/// Who has not confirmed their address shows nothing to others.
const WANTS_A_CONFIRMED_ADDRESS: &str = "PUT /api/users/me/avatar";

/// Which role has which permission, as the migrations leave it; the tests of PostgreSQL hold it.
const ROLES: &str = include_str!("../../../adapters-postgres/tests/ports/who_holds_what.txt");

/// What somebody may do who has this role and that of everybody.
fn permissions_of(role: &str) -> Vec<Permission> {
    let mut lines = ROLES
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    let roles = lines.next().unwrap();
    let column = roles.iter().position(|name| *name == role).unwrap();
    let held = lines.filter(|line| line[column] == "yes");
    held.filter_map(|line| Permission::by_name(line[0]))
        .collect()
}

/// These change a script, and those of the world are Ada's. Whose it is is known only when it was read, after the body.
const OWN_ONLY: [&str; 3] = [
    "DELETE /api/scripts/{id}",
    "PATCH /api/scripts/{id}",
    "POST /api/scripts/{id}/versions",
];

fn scopes(scopes: &[KeyScope]) -> KeyReach {
    let scopes = KeyScopes::collect(scopes.iter().copied()).unwrap();
    KeyReach::new(scopes, None).unwrap()
}

/// What a key of this scope is told where it does not get through.
fn promised_to_keys(operation: &Operation, scope: KeyScope) -> Option<(u16, &'static str)> {
    let is_reached = |permission| scope.reach().contains(permission);
    match (operation.security, operation.permission) {
        (Security::Open | Security::Optional, _) => None,
        (Security::SignedIn, Some(permission)) if is_reached(permission) => None,
        (Security::SignedIn, Some(permission)) if permission != Permission::ApiKeysCreate => {
            Some((403, "out_of_scope"))
        }
        (Security::SignedIn, _) => Some((403, "session_required")),
    }
}

/// The person of a column, for an operation that demands `permission`.
fn caller<'a>(app: &'a App, name: &str, permission: Option<Permission>) -> Client<'a> {
    let ada = Person::named("ada");
    let holder = ada.clone().holding(permission);
    match name {
        "key" => return app.through_key(holder, scopes(KeyScope::ALL)),
        "key_reads" => return app.through_key(holder, scopes(&[KeyScope::Read])),
        _ => {}
    }
    let other = Permission::ALL.iter().copied();
    app.as_person(match name {
        "anonymous" => return app.anonymous(),
        "nobody" => ada,
        "unverified" => holder.unverified(),
        "other" => ada.holding(other.filter(|other| Some(*other) != permission)),
        "holder" => holder,
        "stranger" => Person::named("grace").holding(permission),
        "moderator" | "admin" => ada.holding(permissions_of(name)),
        "suspended" => holder.being(Condition::Suspended),
        "deleted" => holder.being(Condition::Deleted),
        "ended" => holder.being(Condition::SignedOut),
        "outage" => holder.being(Condition::Unknowable),
        unknown => panic!("nobody is {unknown}"),
    })
}

/// What the document promises: the refusal, or `None` where the request has to pass the door.
fn promised(operation: &Operation, caller: &str) -> Option<(u16, &'static str)> {
    let knows_callers = operation.security != Security::Open;
    let is_demanding = operation.permission.is_some();
    match caller {
        "key" => promised_to_keys(operation, KeyScope::Write),
        "key_reads" => promised_to_keys(operation, KeyScope::Read),
        "stranger" if OWN_ONLY.contains(&&*operation.name()) => Some((403, "not_yours")),
        "moderator" | "admin" => {
            let held = permissions_of(caller);
            let lacks = |permission| !held.contains(&permission);
            let is_refused = operation.permission.is_some_and(lacks);
            is_refused.then_some((403, "permission_denied"))
        }
        "anonymous" if operation.security == Security::SignedIn => Some((401, "unauthenticated")),
        "nobody" | "other" if is_demanding => Some((403, "permission_denied")),
        "unverified" if is_demanding => Some((403, "email_not_verified")),
        "unverified" if operation.name() == WANTS_A_CONFIRMED_ADDRESS => {
            Some((403, "email_not_verified"))
        }
        "suspended" if knows_callers => Some((403, "account_suspended")),
        "ended" if operation.name() == LEAVES => None,
        "ended" | "deleted" if knows_callers => Some((401, "session_ended")),
        "outage" if knows_callers => Some((503, "unavailable")),
        _ => None,
    }
}

async fn knock(app: &App, operation: &Operation, name: &str) -> Answer {
    let caller = caller(app, name, operation.permission);
    operation.example(&caller).await
}

async fn every_cell(check: impl Fn(&Operation, &str, &Answer)) {
    let app = TestApi::new().start().await;
    let operations = operations();
    assert!(operations.len() > 20, "the document is empty");
    for operation in &operations {
        for name in CALLERS {
            check(operation, name, &knock(&app, operation, name).await);
        }
    }
}

#[actix_web::test]
async fn everybody_is_answered_as_the_document_promises() {
    every_cell(|operation, name, answer| {
        let cell = format!("{} as {name}: {:?}", operation.name(), answer.body);
        let status = answer.status.as_u16();
        match promised(operation, name) {
            Some((expected, code)) => {
                assert_eq!((status, &*answer.code()), (expected, code), "{cell}");
            }
            None => assert!(![401, 403, 503].contains(&status), "{cell}"),
        }
    })
    .await;
}

#[actix_web::test]
async fn an_outage_of_ours_never_makes_clients_throw_their_tokens_away() {
    every_cell(|operation, name, answer| {
        let is_refusal = [401, 403].contains(&answer.status.as_u16());
        assert!(name != "outage" || !is_refusal, "{}", operation.name());
    })
    .await;
}

#[actix_web::test]
async fn whoever_holds_the_declared_permission_gets_what_the_document_shows() {
    every_cell(|operation, name, answer| {
        let leads = operation.leads_elsewhere() && answer.status.as_u16() == 302;
        let passes = name != "holder" || answer.status.is_success() || leads;
        assert!(passes, "{}: {:?}", operation.name(), answer.body);
    })
    .await;
}

#[actix_web::test]
async fn who_is_refused_is_refused_before_the_body_is_looked_at() {
    let app = TestApi::new().start().await;
    for operation in operations()
        .iter()
        .filter(|operation| operation.body_schema().is_some())
    {
        for name in CALLERS.into_iter().filter(|name| *name != "stranger") {
            let Some((status, code)) = promised(operation, name) else {
                continue;
            };
            let caller = caller(&app, name, operation.permission);
            let call = operation.bare(&caller).body("text/plain", "{".repeat(9));
            call.await.problem(status, code);
        }
    }
}

#[actix_web::test]
async fn the_reviewed_table_shows_who_may_do_what() {
    let app = TestApi::new().start().await;
    let mut table = format!("{:<50} {:<9} {:<16}", "operation", "security", "permission");
    for name in CALLERS {
        write!(table, " {name:>10}").unwrap();
    }
    for operation in operations() {
        let security = match operation.security {
            Security::Open => "open",
            Security::Optional => "optional",
            Security::SignedIn => "signed in",
        };
        let permission = operation.permission.map_or("-", Permission::name);
        write!(
            table,
            "\n{:<50} {security:<9} {permission:<16}",
            operation.name()
        )
        .unwrap();
        for name in CALLERS {
            let answer = knock(&app, &operation, name).await;
            write!(table, " {:>10}", answer.status.as_u16()).unwrap();
        }
    }
    insta::assert_snapshot!("who_may_do_what", table);
}
