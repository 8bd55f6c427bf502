//! The OpenAPI document and the page that shows it.

use std::collections::BTreeSet;

use domain::access::permission::Permission;
use serde_json::Value;

use crate::harness::{Client, Security, TestApi, document, operations};

#[actix_web::test]
async fn the_document_is_served_as_it_is_generated() {
    let app = TestApi::new().start().await;
    let answer = app.anonymous().get("/openapi.json").await.expect(200);
    assert_eq!(answer.text(), api_actix::openapi::json().unwrap());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=60"));
    assert!(
        answer.json()["openapi"]
            .as_str()
            .unwrap()
            .starts_with("3.1")
    );
}

#[test]
fn every_operation_tells_what_it_does_and_what_it_answers() {
    for operation in operations() {
        let (name, spec) = (operation.name(), &operation.spec);
        assert!(
            spec["summary"].as_str().is_some_and(|text| text.len() > 5),
            "{name} has no summary"
        );
        let tags = spec["tags"].as_array().unwrap();
        assert_eq!(tags.len(), 1, "{name}");
        let known = document()["tags"].as_array().unwrap();
        assert!(
            known.iter().any(|tag| tag["name"] == tags[0]),
            "{name}: {tags:?}"
        );
        let responses = spec["responses"].as_object().unwrap();
        let succeeds = |status: &String| status.starts_with('2') || status == "302";
        assert!(responses.keys().any(succeeds), "{name} never succeeds");
        for (status, response) in responses {
            assert!(
                response["description"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
                "{name} {status}"
            );
            let is_problem = status.starts_with('4') || status.starts_with('5');
            let is_readiness = operation.path == "/health/ready";
            if is_problem && !is_readiness {
                let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/Problem", "{name} {status}");
            }
        }
    }
}

#[test]
fn every_operation_tells_of_what_its_guards_answer() {
    for operation in operations() {
        let tells = |status: &str, code: &str| {
            let told = operation.spec["responses"][status]["description"]
                .as_str()
                .unwrap_or_default();
            assert!(
                told.contains(&format!("`{code}`")),
                "{} tells nothing of {code}",
                operation.name()
            );
        };
        if operation.path.starts_with("/api/") {
            tells("429", "rate_limited");
            tells("500", "internal_error");
            tells("503", "unavailable");
        }
        if operation.security == Security::SignedIn {
            tells("401", "unauthenticated");
        }
        if operation.security != Security::Open {
            tells("401", "session_ended");
            tells("403", "account_suspended");
        }
        if operation.permission.is_some() {
            tells("403", "permission_denied");
            tells("403", "email_not_verified");
        }
        if operation.body_schema().is_some() {
            tells("400", "malformed_json");
            tells("413", "payload_too_large");
            tells("415", "unsupported_media_type");
            tells("422", "validation_failed");
        }
    }
}

#[test]
fn no_two_operations_have_one_id() {
    let ids: Vec<_> = operations()
        .iter()
        .map(|operation| operation.spec["operationId"].to_string())
        .collect();
    let unique: BTreeSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
}

#[test]
fn every_place_in_a_path_is_described() {
    for operation in operations() {
        let places: Vec<_> = operation
            .path
            .split('{')
            .skip(1)
            .map(|rest| rest.split('}').next().unwrap())
            .collect();
        assert_eq!(operation.parameters("path"), places, "{}", operation.name());
    }
}

/// Calls `visit` for every value of a member of this name, however deep.
fn members<'a>(value: &'a Value, name: &str, visit: &mut impl FnMut(&'a Value)) {
    match value {
        Value::Object(fields) => {
            for (key, inner) in fields {
                if key == name {
                    visit(inner);
                }
                members(inner, name, visit);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| members(item, name, visit)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut references = 0;
    members(document, "$ref", &mut |reference| {
        let reference = reference.as_str().unwrap();
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(
            document.pointer(pointer).is_some(),
            "{reference} leads nowhere"
        );
        references += 1;
    });
    assert!(references > 100, "only {references} references");
}

#[test]
fn bodies_take_no_fields_that_they_do_not_describe() {
    for operation in operations() {
        if let Some(schema) = operation.body_schema() {
            assert_eq!(
                schema["additionalProperties"],
                false,
                "{}",
                operation.name()
            );
        }
    }
}

/// What a page loads: the values of `src` and `href`.
fn loaded(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for attribute in ["src=\"", "href=\""] {
        let values = html.split(attribute).skip(1);
        found.extend(values.map(|rest| rest.split('"').next().unwrap().to_owned()));
    }
    found
}

#[actix_web::test]
async fn the_page_of_the_document_needs_no_outside_host() {
    let app = TestApi::new().start().await;
    let client = app.anonymous();
    let redirect = client.get("/docs").await.expect(308);
    let page = redirect.header("location").unwrap();
    assert_eq!(
        client.get("/docs/").await.expect(308).header("location"),
        Some(page)
    );
    let html = client.get(page).await.expect(200);
    assert!(
        html.header("content-type")
            .unwrap()
            .starts_with("text/html")
    );
    let assets = loaded(html.text());
    assert!(assets.len() >= 4, "{assets:?}");
    for asset in assets {
        assert!(!asset.contains("//"), "{asset} is elsewhere");
        let name = asset.strip_prefix("./").unwrap_or(&asset);
        client.get(&format!("/docs/{name}")).await.expect(200);
    }
}

#[actix_web::test]
async fn the_page_of_the_document_runs_no_script_but_its_own() {
    let app = TestApi::new().start().await;
    let html = app.anonymous().get("/docs/index.html").await.expect(200);
    let scripts = html.text().split("<script").skip(1);
    for script in scripts {
        let tag = script.split('>').next().unwrap();
        assert!(
            tag.contains("src="),
            "an inline script, which the policy forbids: {tag}"
        );
    }
    let policy = html.header("content-security-policy").unwrap();
    assert!(
        policy.contains("script-src 'self'") && policy.contains("connect-src 'self'"),
        "{policy}"
    );
    assert!(!policy.contains("http"), "{policy}");
}

#[actix_web::test]
async fn the_page_of_the_document_shows_this_document_and_asks_nobody_to_check_it() {
    let app = TestApi::new().start().await;
    let script = initializer(&app.anonymous()).await;
    assert!(script.contains("/openapi.json"), "{script}");
    assert!(script.contains("\"validatorUrl\": \"none\""), "{script}");
    assert!(
        !script.contains("http://") && !script.contains("https://"),
        "{script}"
    );
}

async fn initializer(client: &Client<'_>) -> String {
    let answer = client.get("/docs/swagger-initializer.js").await.expect(200);
    answer.text().to_owned()
}

#[actix_web::test]
async fn who_has_a_token_may_read_the_documents_too() {
    let app = TestApi::new().start().await;
    let client = app.as_user(Permission::ALL);
    for path in [
        "/openapi.json",
        "/docs/index.html",
        "/.well-known/jwks.json",
    ] {
        client.get(path).await.expect(200);
    }
}
