//! Texts that are meant to break something, in every place that takes text. None of them reaches a port as it is not meant to,
//! and none is ever a 500, which the harness asserts for every answer.

use actix_web::http::Method;
use domain::access::permission::Permission;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::harness::{Operation, Ports, TestApi, fill, operations, with_bodies};

const NASTY: [&str; 16] = [
    "\0",
    "a\0b",
    "\u{1}\u{7f}\u{85}",
    "\u{202e}gnp.exe",
    "\u{200b}",
    "\u{feff}",
    "a\r\nSet-Cookie: a=b",
    "' OR 1=1; --",
    "$(reboot) `id` ${jndi:ldap://x}",
    "../../../../etc/passwd",
    "..%2f..%2f",
    "{{7*7}}<script>alert(1)</script>",
    "%00%0a%s%n",
    "\u{1f469}\u{200d}\u{1f4bb}",
    "\u{fdfa}",
    "İSTANBUL ß ﬃ",
];

fn corpus() -> impl Iterator<Item = String> {
    let long = "a".repeat(4096);
    NASTY
        .iter()
        .map(|text| (*text).to_owned())
        .chain([long, String::new(), " ".to_owned()])
}

fn has_nul(value: &impl std::fmt::Debug) -> bool {
    format!("{value:?}").contains("\\0")
}

/// PostgreSQL cannot store U+0000, and answers a query that has one with an error: it must never get there.
macro_rules! never {
    ($mock:expr, $method:ident, |$($argument:ident),+| $has_nul:expr) => {
        $mock.$method().withf(|$($argument),+| $has_nul).returning(|$($argument),+| {
            $(let _ = $argument;)+
            panic!("a NUL got through")
        });
    };
}

fn never_a_nul(ports: &mut Ports) {
    let (accounts, profiles, scripts) =
        (&mut ports.accounts, &mut ports.profiles, &mut ports.scripts);
    never!(accounts, expect_register, |registration| has_nul(
        &registration.user
    ));
    never!(accounts, expect_turn_away, |turned| has_nul(
        &turned.username
    ));
    never!(accounts, expect_find_credentials, |email| email
        .as_str()
        .contains('\0'));
    never!(profiles, expect_find_public, |name| has_nul(name));
    never!(profiles, expect_change, |change| has_nul(&change.patch));
    never!(scripts, expect_find_by_slug, |owner, slug| has_nul(&(
        owner, slug
    )));
    never!(scripts, expect_list, |listing| has_nul(listing));
    never!(scripts, expect_publish, |new| has_nul(&(
        &new.script,
        &new.version
    )));
    never!(scripts, expect_amend, |amendment| has_nul(&amendment.patch));
    never!(scripts, expect_add_version, |addition| has_nul(
        &addition.version
    ));
    let edits = &mut ports.access_edits;
    never!(edits, expect_decide, |decision| has_nul(&decision.edit));
    never!(ports.api_keys, expect_issue, |issue| has_nul(&issue.key));
    never!(ports.packer, expect_pack, |text| text
        .as_str()
        .contains('\0'));
}

/// The example of the body with this text in each of its fields in turn, lists included.
fn bodies_with(operation: &Operation, text: &str) -> Vec<(String, Value)> {
    let schema = operation.body_schema().unwrap();
    let example = operation.example_body().unwrap();
    let fields = schema["properties"].as_object().unwrap().iter();
    fields
        .map(|(name, property)| {
            let is_list = property["type"].to_string().contains("array");
            let mut body = example.clone();
            body[name] = if is_list { json!([text]) } else { json!(text) };
            (name.clone(), body)
        })
        .collect()
}

#[actix_web::test]
async fn nothing_that_is_typed_into_a_field_breaks_anything() {
    let app = TestApi::new().with(never_a_nul).start().await;
    let client = app.as_user(Permission::ALL);
    for operation in with_bodies() {
        for text in corpus() {
            for (_, body) in bodies_with(&operation, &text) {
                operation.bare(&client).json(&body).await;
            }
        }
    }
}

#[actix_web::test]
async fn a_nul_in_a_field_is_refused_by_name_or_is_part_of_no_secret() {
    let app = TestApi::new().with(never_a_nul).start().await;
    let client = app.as_user(Permission::ALL);
    for operation in with_bodies() {
        for (name, body) in bodies_with(&operation, "ada\0") {
            let answer = operation.bare(&client).json(&body).await;
            match (operation.path.as_str(), &*name) {
                (_, "token_delivery") => answer.invalid("token_delivery", "unknown_value"),
                ("/api/auth/login" | "/api/auth/restore", _)
                | ("/api/auth/link/confirm", "password") => {
                    answer.problem(401, "invalid_credentials")
                }
                ("/api/auth/exchange", _) => answer.problem(400, "code_invalid"),
                ("/api/auth/refresh", _) => answer.problem(401, "refresh_token_invalid"),
                (
                    "/api/auth/verify-email"
                    | "/api/auth/link/confirm"
                    | "/api/auth/email/confirm"
                    | "/api/auth/email/undo"
                    | "/api/auth/not-me",
                    _,
                )
                | ("/api/auth/password/reset", "token") => answer.problem(400, "token_invalid"),
                ("/api/auth/mfa", "mfa_token") => answer.problem(401, "mfa_token_invalid"),
                ("/api/auth/mfa", _) => answer.problem(401, "mfa_code_invalid"),
                ("/api/users/me/mfa/totp/confirm", _) => answer.problem(403, "wrong_code"),
                ("/api/auth/password", "current_password")
                | ("/api/auth/reauthenticate" | "/api/users/me/email", "password") => {
                    answer.problem(403, "wrong_password")
                }
                _ => {
                    let answer = answer.problem(422, "validation_failed");
                    let told = answer.fields();
                    assert!(
                        told[0].starts_with(&name),
                        "{} {name}: {told:?}",
                        operation.name()
                    );
                    answer
                }
            };
        }
    }
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

#[actix_web::test]
async fn nothing_that_is_typed_into_a_path_breaks_anything() {
    let app = TestApi::new().with(never_a_nul).start().await;
    let client = app.as_user(Permission::ALL);
    for operation in operations() {
        for name in operation.parameters("path") {
            for text in corpus() {
                let path = operation
                    .path
                    .replace(&format!("{{{name}}}"), &encoded(&text));
                let call = client.call(operation.method.clone(), &fill(&path));
                let call = call.header("If-Match", "\"1-0\"");
                let answer = match operation.example_body() {
                    Some(body) => call.json(&body).await,
                    None => call.await,
                };
                let status = answer.status.as_u16();
                let is_answered = [404, 405].contains(&status) || (text.is_empty() && status < 300);
                assert!(
                    is_answered,
                    "{} {name}={text:?}: {status}",
                    operation.name()
                );
            }
        }
    }
}

#[actix_web::test]
async fn nothing_that_is_typed_into_a_query_breaks_anything() {
    let app = TestApi::new().with(never_a_nul).start().await;
    let client = app.as_user(Permission::ALL);
    for operation in operations() {
        for name in operation.parameters("query") {
            for text in corpus() {
                let uri = format!("{}?{name}={}", operation.uri(), encoded(&text));
                let answer = client.call(operation.method.clone(), &uri).await;
                let status = answer.status.as_u16();
                let leads = operation.leads_elsewhere() && status == 302;
                assert!(
                    leads || [200, 400, 422].contains(&status),
                    "{uri}: {status}"
                );
            }
        }
    }
}

#[actix_web::test]
async fn a_query_that_is_no_query_breaks_nothing() {
    let app = TestApi::new().with(never_a_nul).start().await;
    let client = app.as_user(Permission::ALL);
    for query in [
        "&&&",
        "=",
        "%",
        "%zz",
        "%ff%fe",
        "limit",
        "limit=",
        "a=b;c=d",
        "+",
        "limit=1%00",
    ] {
        for operation in operations()
            .iter()
            .filter(|operation| operation.method == Method::GET)
        {
            let answer = client.get(&format!("{}?{query}", operation.uri())).await;
            let status = answer.status.as_u16();
            let leads = operation.leads_elsewhere() && status == 302;
            assert!(
                leads || [200, 400, 422].contains(&status),
                "{} {query}: {status}",
                operation.name()
            );
        }
    }
}

#[actix_web::test]
async fn headers_of_any_kind_break_nothing() {
    let app = TestApi::new().with(never_a_nul).start().await;
    let client = app.as_user(Permission::ALL);
    let names = [
        "User-Agent",
        "Accept",
        "Accept-Encoding",
        "If-None-Match",
        "X-Request-Id",
        "X-Forwarded-For",
        "Forwarded",
        "Range",
        "Cookie",
    ];
    let long = "a".repeat(8000);
    let values = [
        "",
        ",,,",
        "*",
        "W/\"",
        "\"",
        "q=;q=",
        "gzip;q=9e999",
        "bytes=5-1",
        "junk, junk",
        &long,
    ];
    for operation in operations()
        .iter()
        .filter(|operation| operation.method == Method::GET)
    {
        for name in names {
            for value in values {
                let answer = operation.bare(&client).header(name, value).await;
                let status = answer.status.as_u16();
                let leads = operation.leads_elsewhere() && status == 302;
                assert!(
                    leads || [200, 304].contains(&status),
                    "{} {name}: {value}: {status}",
                    operation.name()
                );
            }
        }
    }
}
