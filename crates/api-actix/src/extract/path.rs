//! Ids in paths. One that cannot be an id names nothing, so it is 404, like one that names nothing.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use domain::access::permission_name::PermissionName;
use domain::access::role::RoleName;
use domain::account::avatar::{AvatarSize, ObjectKey};
use domain::account::identity::ProviderName;
use domain::account::username::{Username, UsernameKey};
use domain::id::{ApiKeyId, AvatarId, ScriptId, SessionId, UserId};
use domain::script::version::VersionSelector;
use uuid::Uuid;

use crate::problem::{Code, Problem};

/// The script that `{id}` names.
#[derive(Debug)]
pub struct PathScript(pub ScriptId);

/// The account that `{id}` names.
#[derive(Debug)]
pub struct PathUser(pub UserId);

/// The provider that `{provider}` names.
#[derive(Debug)]
pub struct PathProvider(pub ProviderName);

/// The role that `{name}` names.
#[derive(Debug)]
pub struct PathRole(pub RoleName);

/// The permission that `{name}` names.
#[derive(Debug)]
pub struct PathPermission(pub PermissionName);

/// The session that `{id}` names.
#[derive(Debug)]
pub struct PathSession(pub SessionId);

/// The API key that `{id}` names.
#[derive(Debug)]
pub struct PathApiKey(pub ApiKeyId);
/// The picture that `{avatar}` and `{size}` name.
#[derive(Debug)]
pub struct PathAvatar(pub ObjectKey);

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
    // The router decodes everything but `%`, `/` and `+`; of these only the last can be part of a name.
    let text = request.match_info().get(name).unwrap_or_default();
    let value = parse(&text.replace("%2B", "+").replace("%2b", "+"));
    ready(value.ok_or_else(|| Problem::new(Code::NotFound)))
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

impl FromRequest for PathUser {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        segment(request, "id", |text| {
            uuid(text).map(|id| Self(UserId::new(id)))
        })
    }
}

impl FromRequest for PathRole {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        segment(request, "name", |text| RoleName::parse(text).ok().map(Self))
    }
}

impl FromRequest for PathPermission {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        segment(request, "name", |text| {
            PermissionName::parse(text).ok().map(Self)
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

impl FromRequest for PathProvider {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        segment(request, "provider", |text| {
            ProviderName::parse(text).ok().map(Self)
        })
    }
}

impl FromRequest for PathAvatar {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let size = request.match_info().get("size").unwrap_or_default();
        let mut sizes = AvatarSize::ALL.into_iter();
        let size = sizes.find(|known| known.side().to_string() == size);
        segment(request, "avatar", |text| {
            let avatar = uuid(text).map(AvatarId::new)?;
            size.map(|size| Self(ObjectKey { avatar, size }))
        })
    }
}

impl FromRequest for PathApiKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        segment(request, "id", |text| {
            uuid(text).map(|id| Self(ApiKeyId::new(id)))
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

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn version(segment: &'static str) -> Option<VersionSelector> {
        let request = TestRequest::default().param("version", segment);
        let read = PathVersion::extract(&request.to_http_request()).into_inner();
        read.ok().map(|PathVersion(selector)| selector)
    }

    #[test]
    fn a_label_means_the_same_however_its_plus_is_written() {
        let plain = version("1.0+build");
        assert!(matches!(plain, Some(VersionSelector::Label(_))));
        assert_eq!(version("1.0%2Bbuild"), plain);
        assert_eq!(version("1.0%2bbuild"), plain);
    }
}
