//! The body that the document shows, with something changed, for every operation that takes one.

use domain::access::permission::Permission;
use serde_json::Value;

use super::{Answer, Operation, TestApi, operations};

/// The operations that take a body.
pub(crate) fn with_bodies() -> Vec<Operation> {
    let mut operations = operations();
    operations.retain(|operation| operation.body_schema().is_some());
    assert!(operations.len() >= 8, "the document has lost its bodies");
    operations
}

pub(crate) fn properties(operation: &Operation) -> Vec<(String, Value)> {
    let schema = operation.body_schema().unwrap();
    let properties = schema["properties"].as_object().unwrap();
    let mut all: Vec<_> = properties.clone().into_iter().collect();
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all
}

/// Sends every variation of the example of every body, and looks at what comes back.
pub(crate) async fn every_body(
    vary: impl Fn(&Operation, &str) -> Vec<(String, String)>,
    check: impl Fn(&str, &str, Answer),
) {
    let app = TestApi::new().start().await;
    let client = app.as_user(Permission::ALL);
    for operation in with_bodies() {
        let example = operation.example_body().unwrap().to_string();
        for (about, body) in vary(&operation, &example) {
            let answer = operation.bare(&client).body("application/json", body).await;
            check(&operation.name(), &about, answer);
        }
    }
}

pub(crate) fn with(example: &str, field: &str, value: Value) -> String {
    let mut body: Value = serde_json::from_str(example).unwrap();
    body[field] = value;
    body.to_string()
}
