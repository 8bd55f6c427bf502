//! Query strings.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use garde::Validate;
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::rule;
use crate::problem::{Problem, field_of};

/// The parameters of a query string, which keep their rules; unknown ones are refused.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + Validate<Context = ()>> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.query_string()).map(Self))
    }
}

fn read<T: DeserializeOwned + Validate<Context = ()>>(query: &str) -> Result<T, Problem> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    let parameters: T = serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(
        pairs,
    ))
    .map_err(|error| {
        let field = field_of(&error.path().to_string(), &error.inner().to_string());
        Problem::invalid(vec![field])
    })?;
    parameters
        .validate()
        .map_err(|report| rule::problem(&report))?;
    Ok(parameters)
}
