//! The OpenAPI document: gathered from the handlers, completed with what every route has in common.

use std::collections::BTreeSet;

use actix_web::App;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, OpenApi, Ref, RefOr};
use utoipa::{OpenApi as _, PartialSchema, ToSchema};
use utoipa_actix_web::AppExt;

use crate::problem::{Code, FieldError, ProblemView};
use crate::routes;

const PROBLEM_JSON: &str = "application/problem+json";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "ScriptHub",
        description = "Publish scripts; find, read, download and discuss those of others.\n\nErrors are RFC 9457 problems: look at `code`. \
            Lists are read page by page through `next_cursor`. Objects carry an `ETag`, which a change sends back as `If-Match`. \
            Creating requests take an `Idempotency-Key`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    tags(
        (name = "auth", description = "Joining, signing in, staying signed in, signing out"),
        (name = "users", description = "People"),
        (name = "scripts", description = "Scripts and their versions"),
        (name = "admin", description = "What staff does to accounts"),
        (name = "access", description = "Roles and permissions: who may do what"),
        (name = "audit", description = "What happened"),
        (name = "system", description = "What operators and tools ask for"),
    )
)]
struct Base;

/// The whole document.
#[must_use]
pub fn document() -> OpenApi {
    let (_, mut document) = App::new()
        .into_utoipa_app()
        .openapi(Base::openapi())
        .configure(routes::configure)
        .split_for_parts();
    let components = document.components.get_or_insert_with(Components::new);
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The access token of a signed-in person, or an API key (`shk_…`) where its scopes reach"))
        .build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let schemas = [
        ("Problem", ProblemView::schema()),
        (&*FieldError::name(), FieldError::schema()),
    ]
    .map(|(name, schema)| (name.to_owned(), schema));
    components.schemas.extend(schemas);
    for (path, item) in &mut document.paths.paths {
        for operation in operations(item) {
            complete(path, operation);
        }
        // A handler of GET and HEAD is two operations, and no two may have one id.
        if let Some(id) = item
            .head
            .as_mut()
            .and_then(|head| head.operation_id.as_mut())
        {
            id.push_str("_head");
        }
    }
    document
}

/// The document as it is served and kept in the repository.
///
/// # Errors
/// If it cannot be written as JSON.
pub fn json() -> Result<String, serde_json::Error> {
    document().to_pretty_json().map(|json| json + "\n")
}

/// Paths and the methods that they know, for `Allow`.
#[must_use]
pub fn methods() -> Vec<(String, Vec<&'static str>)> {
    let document = document();
    let of = |item: &PathItem| {
        let known = [
            ("GET", item.get.is_some()),
            ("HEAD", item.head.is_some()),
            ("POST", item.post.is_some()),
            ("PUT", item.put.is_some()),
            ("PATCH", item.patch.is_some()),
            ("DELETE", item.delete.is_some()),
        ];
        known
            .into_iter()
            .filter_map(|(method, is_known)| is_known.then_some(method))
            .collect()
    };
    let paths = document.paths.paths.iter();
    paths.map(|(path, item)| (path.clone(), of(item))).collect()
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        item.get.as_mut(),
        item.head.as_mut(),
        item.post.as_mut(),
        item.put.as_mut(),
        item.patch.as_mut(),
        item.delete.as_mut(),
    ]
    .into_iter()
    .flatten()
}

/// Adds the problems that a route can answer with because of what it is, and their form.
fn complete(path: &str, operation: &mut Operation) {
    let mut codes = BTreeSet::new();
    if path.starts_with("/api/") {
        let always = [
            Code::RateLimited,
            Code::Internal,
            Code::Unavailable,
            Code::Overloaded,
            Code::UnknownOutcome,
        ];
        codes.extend(always.map(Code::name));
    }
    if path.contains('{') {
        codes.insert(Code::NotFound.name());
    }
    if operation.security.is_some() {
        let known = [
            Code::AccessTokenInvalid,
            Code::ApiKeyInvalid,
            Code::SessionEnded,
            Code::AccountSuspended,
        ];
        codes.extend(known.map(Code::name));
        if !is_optional(operation) {
            codes.insert(Code::Unauthenticated.name());
        }
    }
    let extensions = operation.extensions.as_ref();
    let demands = extensions.is_some_and(|named| named.contains_key("x-required-permission"));
    if demands {
        let denied = [
            Code::PermissionDenied,
            Code::EmailNotVerified,
            Code::OutOfScope,
        ];
        codes.extend(denied.map(Code::name));
    } else if operation.security.is_some() && !is_optional(operation) {
        codes.insert(Code::SessionRequired.name());
    }
    if operation.request_body.is_some() {
        let body = [
            Code::MalformedRequest,
            Code::MalformedJson,
            Code::RequestTimeout,
            Code::PayloadTooLarge,
            Code::UnsupportedMediaType,
            Code::ValidationFailed,
        ];
        codes.extend(body.map(Code::name));
    }
    codes.extend(codes_of_parameters(operation).map(Code::name));
    for code in Code::ALL.iter().filter(|code| codes.contains(code.name())) {
        add(operation, *code);
    }
    form(operation);
}

/// What can be wrong with the parameters.
fn codes_of_parameters(operation: &Operation) -> impl Iterator<Item = Code> {
    let mut codes = Vec::new();
    for parameter in operation.parameters.iter().flatten() {
        let RefOr::T(parameter) = parameter else {
            continue;
        };
        if parameter.parameter_in == ParameterIn::Query {
            codes.push(Code::ValidationFailed);
        }
        match parameter.name.as_str() {
            "cursor" => codes.push(Code::InvalidCursor),
            "If-Match" => codes.extend([Code::PreconditionFailed, Code::PreconditionRequired]),
            "Idempotency-Key" => codes.push(Code::InvalidHeader),
            _ => {}
        }
    }
    codes.into_iter()
}

/// A route that also answers people who are not signed in.
fn is_optional(operation: &Operation) -> bool {
    let anonymous = utoipa::openapi::security::SecurityRequirement::default();
    operation
        .security
        .iter()
        .flatten()
        .any(|requirement| *requirement == anonymous)
}

fn add(operation: &mut Operation, code: Code) {
    let told = format!("`{}`", code.name());
    let status = code.status().as_u16().to_string();
    match operation.responses.responses.get_mut(&status) {
        Some(RefOr::T(response)) if !response.description.contains(&told) => {
            response.description = format!("{}, {told}", response.description);
        }
        Some(_) => {}
        None => {
            let response = ResponseBuilder::new().description(told).build();
            operation
                .responses
                .responses
                .insert(status, RefOr::T(response));
        }
    }
}

/// Failures are problems.
fn form(operation: &mut Operation) {
    let failures = operation
        .responses
        .responses
        .iter_mut()
        .filter(|(status, _)| status.starts_with('4') || status.starts_with('5'));
    for (_, response) in failures {
        let RefOr::T(Response { content, .. }) = response else {
            continue;
        };
        if content.is_empty() {
            let schema = Ref::from_schema_name("Problem");
            let problem = ContentBuilder::new().schema(Some(schema)).build();
            content.insert(PROBLEM_JSON.to_owned(), RefOr::T(problem));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_catalog_is_told_by_some_route() {
        let json = json().unwrap();
        for code in Code::ALL {
            let told = [Code::MethodNotAllowed].contains(code)
                || json.contains(&format!("`{}`", code.name()));
            assert!(told, "{} is told by no route", code.name());
        }
    }

    #[test]
    fn every_operation_has_an_id_of_its_own_and_a_summary() {
        let mut document = document();
        let mut ids = BTreeSet::new();
        for (path, item) in &mut document.paths.paths {
            for operation in operations(item) {
                assert!(operation.summary.is_some(), "{path} has no summary");
                let id = operation.operation_id.clone().unwrap();
                assert!(ids.insert(id.clone()), "{id} is there twice");
            }
        }
    }
}
