//! What serde says about a body or a query string, in the words of the catalog.

use std::borrow::Cow;

use serde::de::{DeserializeOwned, IgnoredAny};

use super::{Code, FieldError, Problem};

/// Reads a JSON object, to its end.
///
/// # Errors
/// [`Code::MalformedJson`], or [`Code::ValidationFailed`] for an object of another shape and for what is none: serde would also
/// take a list of the fields, unnamed, in the order in which we happen to write them down.
pub fn object_of<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if bytes.trim_ascii_start().starts_with(b"{") {
        return value_of(bytes);
    }
    value_of::<IgnoredAny>(bytes)?;
    Err(Problem::invalid(vec![FieldError {
        field: "body".to_owned(),
        code: Cow::Borrowed("wrong_type"),
        message: "must be an object".to_owned(),
    }]))
}

fn value_of<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value =
        serde_path_to_error::deserialize(&mut deserializer).map_err(|error| from_json(&error))?;
    let rest = deserializer.end();
    rest.map_err(|_error| {
        Problem::new(Code::MalformedJson).detail("something follows the JSON value")
    })?;
    Ok(value)
}

/// The problem of a JSON body that could not be read: not JSON at all, or of another shape than expected.
fn from_json(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let inner = error.inner();
    match inner.classify() {
        serde_json::error::Category::Data => Problem::invalid(vec![field_of(
            &error.path().to_string(),
            &inner.to_string(),
        )]),
        _ => Problem::new(Code::MalformedJson).detail(format!(
            "the body is not well-formed JSON: line {}, column {}",
            inner.line(),
            inner.column()
        )),
    }
}

/// The field and the rule of a serde message at a path.
///
/// serde tells them in words only; the words are part of its documented `Error` constructors.
#[must_use]
pub fn field_of(path: &str, message: &str) -> FieldError {
    let path = if path == "." { "" } else { path };
    // serde_json appends where it was; the path says it better.
    let message = message.split(" at line ").next().unwrap_or(message);
    let (code, name, told) = if let Some(name) = quoted(message, "unknown field ") {
        (
            "unknown_field",
            Some(name),
            "is not a field here".to_owned(),
        )
    } else if let Some(name) = quoted(message, "missing field ") {
        ("required", Some(name), "is required".to_owned())
    } else if let Some(name) = quoted(message, "duplicate field ") {
        (
            "duplicate_field",
            Some(name),
            "is given more than once".to_owned(),
        )
    } else {
        (
            "wrong_type",
            None,
            format!("must be of another type: {message}"),
        )
    };
    let field = match (path, name) {
        ("", None) => "body".to_owned(),
        ("", Some(name)) => name.to_owned(),
        (path, None) => path.to_owned(),
        (path, Some(name)) if path == name || path.ends_with(&format!(".{name}")) => {
            path.to_owned()
        }
        (path, Some(name)) => format!("{path}.{name}"),
    };
    FieldError {
        field,
        code: Cow::Borrowed(code),
        message: told,
    }
}

fn quoted<'a>(message: &'a str, prefix: &str) -> Option<&'a str> {
    message
        .strip_prefix(prefix)?
        .strip_prefix('`')?
        .split('`')
        .next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[expect(dead_code, reason = "only its shape matters")]
        name: String,
        #[serde(default)]
        #[expect(dead_code, reason = "only its shape matters")]
        tags: Vec<String>,
    }

    fn read(json: &str) -> Problem {
        object_of::<Body>(json.as_bytes()).unwrap_err()
    }

    fn only_field(json: &str) -> (String, String) {
        let problem = read(json);
        assert_eq!(problem.code(), Code::ValidationFailed, "{json}");
        let error = problem.errors.first().unwrap();
        (error.field.clone(), error.code.to_string())
    }

    #[test]
    fn a_body_of_another_shape_names_the_field_and_the_rule() {
        for (json, field, code) in [
            (r#"{"name":"a","role":"admin"}"#, "role", "unknown_field"),
            ("{}", "name", "required"),
            (r#"{"name":"a","name":"b"}"#, "name", "duplicate_field"),
            (r#"{"name":["a"]}"#, "name", "wrong_type"),
            (r#"{"name":"a","tags":["b",7]}"#, "tags[1]", "wrong_type"),
            ("[1,2,3,4]", "body", "wrong_type"),
            (r#" ["a",["b"]]"#, "body", "wrong_type"),
            ("null", "body", "wrong_type"),
        ] {
            assert_eq!(
                only_field(json),
                (field.to_owned(), code.to_owned()),
                "{json}"
            );
        }
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        for json in [
            "",
            "{",
            "{\"name\":}",
            "\u{0}",
            "{'name':1}",
            "[1",
            "null null",
        ] {
            assert_eq!(read(json).code(), Code::MalformedJson, "{json:?}");
        }
    }
}
