//! The bridge from the rules of the domain to garde, so that all fields of a body are looked at in one go.
//!
//! The domain's constructors stay the authority; garde walks the body and gathers what they say.

use domain::violation::Violation;
use garde::Report;
use serde::{Deserialize, Deserializer};

use crate::problem::{FieldError, Problem};

/// Parts code and message of an error that went through garde, which keeps one text only.
const SEPARATOR: char = '\u{1f}';

/// A rule of the domain as a rule of garde.
pub fn rule<T>(
    parse: fn(&str) -> Result<T, Violation>,
) -> impl FnOnce(&String, &()) -> garde::Result {
    move |value, ()| {
        parse(value)
            .map(drop)
            .map_err(|violation| carry(&violation))
    }
}

/// The same for a field that may be missing.
pub fn optional<T>(
    parse: fn(&str) -> Result<T, Violation>,
) -> impl FnOnce(&Option<String>, &()) -> garde::Result {
    move |value, ()| match value {
        Some(value) => parse(value)
            .map(drop)
            .map_err(|violation| carry(&violation)),
        None => Ok(()),
    }
}

/// The same for a field that may be missing or null.
pub fn present<T>(
    parse: fn(&str) -> Result<T, Violation>,
) -> impl FnOnce(&Option<Option<String>>, &()) -> garde::Result {
    move |value, ()| match value {
        Some(Some(value)) => parse(value)
            .map(drop)
            .map_err(|violation| carry(&violation)),
        _ => Ok(()),
    }
}

/// The same for every element of a list.
pub fn each<T>(
    parse: fn(&str) -> Result<T, Violation>,
    gather: fn(Vec<T>) -> Result<(), Violation>,
) -> impl FnOnce(&Option<Vec<String>>, &()) -> garde::Result {
    move |values, ()| {
        let values = values.iter().flatten();
        gathered(values, parse, gather)
    }
}

/// The same for every element of a list that has to be there.
pub fn every<T>(
    parse: fn(&str) -> Result<T, Violation>,
    gather: fn(Vec<T>) -> Result<(), Violation>,
) -> impl FnOnce(&Vec<String>, &()) -> garde::Result {
    move |values, ()| gathered(values.iter(), parse, gather)
}

fn gathered<'a, T>(
    values: impl Iterator<Item = &'a String>,
    parse: fn(&str) -> Result<T, Violation>,
    gather: fn(Vec<T>) -> Result<(), Violation>,
) -> garde::Result {
    let parsed: Result<Vec<T>, Violation> = values.map(|value| parse(value)).collect();
    parsed
        .and_then(gather)
        .map_err(|violation| carry(&violation))
}

/// A value of the domain out of a field that was looked at before; the field is named all the same should the two differ.
///
/// # Errors
/// [`Code::ValidationFailed`](crate::problem::Code::ValidationFailed).
pub fn checked<T>(field: &str, parsed: Result<T, Violation>) -> Result<T, Problem> {
    parsed.map_err(|violation| Problem::field(field, &violation))
}

fn carry(violation: &Violation) -> garde::Error {
    garde::Error::new(format!("{}{SEPARATOR}{violation}", violation.code()))
}

/// What garde gathered, as a problem.
pub(super) fn problem(report: &Report) -> Problem {
    let errors = report.iter().map(|(path, error)| {
        let (code, message) = error
            .message()
            .split_once(SEPARATOR)
            .unwrap_or(("invalid", error.message()));
        FieldError {
            field: path.to_string(),
            code: code.to_owned().into(),
            message: message.to_owned(),
        }
    });
    Problem::invalid(errors.collect())
}

/// Tells `null` from missing: a missing field stays `None`, `null` becomes `Some(None)`.
///
/// # Errors
/// Those of the value.
pub fn nullable<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
