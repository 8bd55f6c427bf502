//! Ids in paths. One that cannot be an id names nothing, so it is 404, like one that names nothing.

use std::borrow::Cow;
use std::collections::HashMap;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use domain::account::username::{Username, UsernameKey};
use domain::id::{ScriptId, SessionId};
use domain::script::version::VersionSelector;
use uuid::Uuid;

use crate::problem::{Code, Problem};

/// The script that `{id}` names.
#[derive(Debug)]
pub struct PathScript(pub ScriptId);

/// The session that `{id}` names.
#[derive(Debug)]
pub struct PathSession(pub SessionId);

/// The person that `{username}` names, without regard to case.
#[derive(Debug)]
pub struct PathUsername(pub UsernameKey);

/// The version that `{version}` names: a number, a label, `latest` or a digest.
#[derive(Debug)]
pub struct PathVersion(pub VersionSelector);

fn segment<T>(
    request: &HttpRequest,
    name: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Ready<Result<T, Problem>> {
    let value = decoded(request, name).and_then(|text| parse(&text));
    ready(value.ok_or_else(|| Problem::new(Code::NotFound)))
}

/// The router leaves `%2B` as it is, since it could be told from `+` in other places than this one.
fn decoded<'a>(request: &'a HttpRequest, name: &str) -> Option<Cow<'a, str>> {
    let text = request.match_info().get(name)?;
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    let all = web::Path::<HashMap<String, String>>::extract(request).into_inner();
    all.ok()?.into_inner().remove(name).map(Cow::Owned)
}

fn uuid(text: &str) -> Option<Uuid> {
    // Only the usual form: one thing has one address.
    (text.len() == 36).then(|| Uuid::try_parse(text).ok())?
}

impl FromRequest for PathScript {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        segment(request, "id", |text| {
            uuid(text).map(|id| Self(ScriptId::new(id)))
        })
    }
}

impl FromRequest for PathSession {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        segment(request, "id", |text| {
            uuid(text).map(|id| Self(SessionId::new(id)))
        })
    }
}

impl FromRequest for PathUsername {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        segment(request, "username", |text| {
            let name = Username::parse_reserved(text).ok()?;
            Some(Self(name.key().clone()))
        })
    }
}

impl FromRequest for PathVersion {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        segment(request, "version", |text| {
            VersionSelector::parse(text).map(Self)
        })
    }
}
