//! Conditional requests.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use domain::revision::Revision;

use crate::problem::{Code, Problem};

/// The state that the client has seen: the revision in the `ETag` that it sends back.
#[derive(Debug)]
pub struct IfMatch(pub Revision);

/// The same where it is not demanded.
#[derive(Debug)]
pub struct OptionalIfMatch(pub Option<Revision>);

fn revision(request: &HttpRequest) -> Result<Option<Revision>, Problem> {
    let Some(value) = request.headers().get(header::IF_MATCH) else {
        return Ok(None);
    };
    let tag = value.to_str().unwrap_or_default().trim();
    if tag == "*" {
        return Err(Problem::new(Code::PreconditionRequired)
            .detail("name the ETag that you have read, not any"));
    }
    // A tag that we never gave, a weak one included, matches no state.
    tag.strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .and_then(|bare| bare.split_once('-'))
        .and_then(|(revision, _)| revision.parse().ok())
        .map(|revision| Some(Revision::restore(revision)))
        .ok_or_else(|| Problem::new(Code::PreconditionFailed))
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(revision(request).and_then(|revision| {
            revision
                .map(Self)
                .ok_or_else(|| Problem::new(Code::PreconditionRequired))
        }))
    }
}

impl FromRequest for OptionalIfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(revision(request).map(Self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn read(tag: &str) -> Result<i64, Code> {
        let request = TestRequest::default()
            .insert_header((header::IF_MATCH, tag))
            .to_http_request();
        revision(&request)
            .map(|revision| revision.unwrap().get())
            .map_err(|problem| problem.code())
    }

    #[test]
    fn the_revision_is_read_back_from_the_tag() {
        assert_eq!(read("\"7-00ff00ff00ff00ff\""), Ok(7));
    }

    #[test]
    fn a_tag_that_is_none_of_ours_matches_nothing() {
        for tag in ["\"x\"", "W/\"7-00\"", "7-00", "\"-1\"", "\"a\", \"b\""] {
            assert_eq!(read(tag), Err(Code::PreconditionFailed), "{tag}");
        }
        assert_eq!(read("*"), Err(Code::PreconditionRequired));
    }
}
