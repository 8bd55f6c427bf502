//! Fields that are not what they should be. Every rule is tried on every field of every body that the document knows.

use serde_json::{Value, json};

use crate::harness::{Operation, TestApi, every_body, properties, with};

/// What nobody may set, and what sloppier servers let through.
const FOREIGN: [&str; 22] = [
    "role",
    "roles",
    "permissions",
    "is_admin",
    "admin",
    "email_verified",
    "email_verified_at",
    "account_status",
    "status",
    "id",
    "user_id",
    "owner",
    "owner_id",
    "author_id",
    "script_id",
    "version",
    "revision",
    "created_at",
    "updated_at",
    "deleted_at",
    "password_hash",
    "__proto__",
];

#[actix_web::test]
async fn fields_that_are_not_the_callers_to_set_are_refused_by_name() {
    let vary = |operation: &Operation, example: &str| {
        let known = properties(operation);
        let foreign = FOREIGN
            .iter()
            .filter(|name| !known.iter().any(|(known, _)| known == *name));
        foreign
            .flat_map(|name| {
                let values = [json!("admin"), json!(true), json!(null), json!({"a": [1]})];
                values.map(|value| ((*name).to_owned(), with(example, name, value)))
            })
            .collect()
    };
    every_body(vary, |operation, about, answer| {
        let told = answer.invalid(about, "unknown_field");
        assert!(
            !told.text().contains("expected one of"),
            "{operation}: {}",
            told.text()
        );
    })
    .await;
}

#[actix_web::test]
async fn a_field_that_is_given_twice_is_refused_by_name() {
    let vary = |_: &Operation, example: &str| {
        let body: Value = serde_json::from_str(example).unwrap();
        let fields = body.as_object().unwrap().clone().into_iter();
        let twice = |(name, value): (String, Value)| {
            let body = example.replacen('{', &format!("{{\"{name}\":{value},"), 1);
            (name, body)
        };
        fields.map(twice).collect()
    };
    every_body(vary, |_, about, answer| {
        answer.invalid(about, "duplicate_field");
    })
    .await;
}

#[actix_web::test]
async fn a_field_of_another_type_is_refused_by_name() {
    let vary = |operation: &Operation, example: &str| {
        let is_list = |property: &Value| property["type"].to_string().contains("array");
        let is_number = |property: &Value| property["type"].to_string().contains("integer");
        let fields = properties(operation).into_iter();
        fields
            .flat_map(|(name, property)| {
                let other = if is_list(&property) {
                    json!("a")
                } else {
                    json!(["a"])
                };
                let number = if is_number(&property) {
                    json!("7")
                } else {
                    json!(7)
                };
                let values = [other, number, json!(-1.5e300), json!(true), json!({"a": 1})];
                values.map(|value| (name.clone(), with(example, &name, value)))
            })
            .collect()
    };
    every_body(vary, |_, about, answer| {
        answer.invalid(about, "wrong_type");
    })
    .await;
}

#[actix_web::test]
async fn a_field_that_is_missing_is_refused_by_name() {
    let vary = |operation: &Operation, example: &str| {
        let schema = operation.body_schema().unwrap();
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let without = |name: &Value| {
            let mut body: Value = serde_json::from_str(example).unwrap();
            let name = name.as_str().unwrap();
            body.as_object_mut().unwrap().remove(name);
            (name.to_owned(), body.to_string())
        };
        required.iter().map(without).collect()
    };
    every_body(vary, |_, about, answer| {
        answer.invalid(about, "required");
    })
    .await;
}

#[actix_web::test]
async fn all_fields_that_break_rules_are_told_at_once() {
    let app = TestApi::new().start().await;
    let body = json!({"email": "nobody", "username": "me", "password": "short"});
    let answer = app.anonymous().post("/api/auth/register").json(&body).await;
    let answer = answer.problem(422, "validation_failed");
    let expected = [
        "email: malformed",
        "password: too_short",
        "username: too_short",
    ];
    assert_eq!(answer.fields(), expected);
}
