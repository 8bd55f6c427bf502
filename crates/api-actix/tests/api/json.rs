//! Bodies that are no JSON, or none that is worth reading. Every one of them is sent to every operation that takes a body.

use domain::access::permission::Permission;
use serde_json::{Value, json};

use crate::harness::{Operation, TestApi, every_body, properties, with_bodies};

#[actix_web::test]
async fn what_is_not_json_is_malformed() {
    let vary = |_: &Operation, example: &str| {
        let bodies = [
            String::new(),
            " ".to_owned(),
            "{".to_owned(),
            "nul".to_owned(),
            "\u{feff}{}".to_owned(),
            "{'a':1}".to_owned(),
            "<a/>".to_owned(),
            "a=1&b=2".to_owned(),
            example.replace('{', "{,"),
            example.trim_end_matches('}').to_owned(),
            example.replacen('"', "", 1),
        ];
        bodies.map(|body| (body.clone(), body)).to_vec()
    };
    every_body(vary, |operation, about, answer| {
        assert_eq!(answer.code(), "malformed_json", "{operation} {about}");
    })
    .await;
}

#[actix_web::test]
async fn text_that_is_not_unicode_is_malformed() {
    let app = TestApi::new().start().await;
    let client = app.as_user(Permission::ALL);
    for operation in with_bodies() {
        let (name, _) = properties(&operation).swap_remove(0);
        for value in [
            &b"\"\xff\xfe\""[..],
            b"\"\\ud800\"",
            b"\"\\udc00\\ud800\"",
            b"\"\x01\"",
        ] {
            let body = [format!("{{\"{name}\":").as_bytes(), value, b"}"].concat();
            let answer = operation.bare(&client).body("application/json", body).await;
            answer.problem(400, "malformed_json");
        }
    }
}

#[actix_web::test]
async fn something_after_the_json_is_malformed_but_blanks_are_not() {
    let vary = |_: &Operation, example: &str| {
        let tails = ["{}", "x", ",", "\0", "]", "\n\n1"];
        tails
            .map(|tail| (tail.to_owned(), format!("{example}{tail}")))
            .to_vec()
    };
    every_body(vary, |operation, about, answer| {
        assert_eq!(answer.code(), "malformed_json", "{operation} {about}");
    })
    .await;
    let vary = |_: &Operation, example: &str| vec![(String::new(), format!(" {example}\r\n\t"))];
    every_body(vary, |operation, _, answer| {
        assert!(answer.status.is_success(), "{operation}: {:?}", answer.body);
    })
    .await;
}

/// A list of good values, in whatever order, included: serde takes one for an object without names.
#[actix_web::test]
async fn a_body_that_is_no_object_is_refused_as_a_whole() {
    let vary = |_: &Operation, example: &str| {
        let example: Value = serde_json::from_str(example).unwrap();
        let values: Vec<_> = example.as_object().unwrap().values().cloned().collect();
        let list = json!(values).to_string();
        let bodies = [
            "null", "true", "7", "\"a\"", "[]", "[[]]", "[1,2,3]", "[null]", &list,
        ];
        bodies
            .map(|body| (body.to_owned(), format!(" {body}\n")))
            .to_vec()
    };
    every_body(vary, |_, _, answer| {
        answer.invalid("body", "wrong_type");
    })
    .await;
}

/// The parser gives up at the first wrong type, or at a depth of 128: neither the stack nor the clock notices.
#[actix_web::test]
async fn bodies_that_nest_deeply_are_refused() {
    let vary = |operation: &Operation, _: &str| {
        let depth = 10_000;
        let (name, _) = properties(operation).swap_remove(0);
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        let objects = "{\"a\":".repeat(depth);
        vec![
            ("lists".to_owned(), format!("{open}{close}")),
            ("open lists".to_owned(), open.clone()),
            (
                "a field".to_owned(),
                format!("{{\"{name}\":{open}{close}}}"),
            ),
            (
                "an unknown field".to_owned(),
                format!("{{\"deep\":{open}{close}}}"),
            ),
            (
                "objects".to_owned(),
                format!("{objects}1{}", "}".repeat(depth)),
            ),
        ]
    };
    every_body(vary, |operation, about, answer| {
        let status = answer.status.as_u16();
        assert!(
            [400, 413, 422].contains(&status),
            "{operation} {about}: {status}"
        );
    })
    .await;
}

#[actix_web::test]
async fn numbers_of_any_length_are_refused() {
    let vary = |operation: &Operation, _: &str| {
        let (name, _) = properties(operation).swap_remove(0);
        let digits = "9".repeat(60_000);
        let numbers = [
            digits.clone(),
            format!("-{digits}"),
            format!("1e{digits}"),
            format!("0.{digits}"),
        ];
        numbers
            .map(|number| (name.clone(), format!("{{\"{name}\":{number}}}")))
            .to_vec()
    };
    every_body(vary, |operation, about, answer| {
        let status = answer.status.as_u16();
        assert!(
            [400, 422].contains(&status),
            "{operation} {about}: {status}"
        );
    })
    .await;
}
