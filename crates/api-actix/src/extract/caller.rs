//! Who is calling. The gate has looked once, before the handler; these extractors only read what it found.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use application::access::authenticate::AuthenticateError;
use domain::access::actor::{Actor, Denied, SessionActor, Viewer};
use domain::access::proof::{self, Permitted, Right};
use domain::audit::Origin;
use domain::id::UserId;

use crate::device;
use crate::problem::{Code, Problem};
use crate::state::Api;

/// What the gate found out about the caller.
#[derive(Debug)]
pub enum Caller {
    /// Brought no token.
    Anonymous,
    /// Brought a good one.
    Known(Actor),
    /// Brought one that is not good, or we could not find out.
    Refused(AuthenticateError),
}

/// Somebody who is signed in: an API key does not get here.
#[derive(Debug)]
pub struct SignedIn(pub SessionActor);

/// Somebody who looks: signed in or not. A token that is not good is an error here, too: who sends one wants to be known.
#[derive(Debug)]
pub struct Looking(pub Viewer);

/// Somebody who is signed in and has confirmed their address: an API key does not get here.
#[derive(Debug)]
pub struct Verified(pub SessionActor);

/// Somebody who may do `P`.
#[derive(Debug)]
pub struct Authorized<P>(pub Permitted<P>);

/// Somebody who proved who they are within the last ten minutes.
#[derive(Debug)]
pub struct Fresh(pub proof::Fresh);

/// Somebody who may do `P`, and proved who they are within the last ten minutes.
#[derive(Debug)]
pub struct FreshlyAuthorized<P>(pub Permitted<P>, pub proof::Fresh);

/// Somebody who signs out: `None` when the session has ended already.
#[derive(Debug)]
pub struct Leaving(pub Option<SessionActor>);

/// Where the request came from, for those who need not be known.
#[derive(Debug)]
pub struct RequestOrigin(pub Origin);

/// Whose good token came along, for those who need not be known; `None` also for one that is not good.
#[derive(Debug)]
pub struct Bearer(pub Option<UserId>);

fn caller(request: &HttpRequest) -> Caller {
    request
        .extensions_mut()
        .remove()
        .unwrap_or(Caller::Anonymous)
}

fn actor(request: &HttpRequest) -> Result<Actor, Problem> {
    match caller(request) {
        Caller::Known(actor) => Ok(actor),
        Caller::Anonymous => Err(Problem::new(Code::Unauthenticated)),
        Caller::Refused(error) => Err(error.into()),
    }
}

fn in_session(request: &HttpRequest) -> Result<SessionActor, Problem> {
    Ok(actor(request)?.by_session()?)
}

fn permit<P: Right>(request: &HttpRequest, actor: Actor) -> Result<Permitted<P>, Problem> {
    let decisions = request
        .app_data::<web::Data<Api>>()
        .map(|api| &api.note_decisions);
    let route = || {
        let pattern = request.match_pattern().unwrap_or_default();
        format!("{} {pattern}", request.method())
    };
    if let Some(denied) = actor.denial_of::<P>() {
        let permission = match denied {
            Denied::Missing(permission) | Denied::OutOfScope(permission) => permission.name(),
            Denied::EmailNotVerified => "email_not_verified",
        };
        metrics::counter!("access_denied_total", "permission" => permission).increment(1);
        if let Some(decisions) = decisions {
            decisions.denied(&actor, P::PERMISSION, denied, &route());
        }
        return Err(denied.into());
    }
    let permitted = actor.permit()?;
    if let Some(decisions) = decisions.filter(|it| it.allowed.include(P::PERMISSION)) {
        decisions.allowed(permitted.actor(), P::PERMISSION, &route());
    }
    Ok(permitted)
}

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(in_session(request).map(Self))
    }
}

impl FromRequest for Verified {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(in_session(request).and_then(|actor| {
            if actor.email_verified() {
                Ok(Self(actor))
            } else {
                Err(Denied::EmailNotVerified.into())
            }
        }))
    }
}

impl FromRequest for Looking {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match caller(request) {
            Caller::Known(actor) => Ok(Self(Viewer::SignedIn(actor))),
            Caller::Anonymous => Ok(Self(Viewer::Anonymous)),
            Caller::Refused(error) => Err(error.into()),
        })
    }
}

impl<P: Right> FromRequest for Authorized<P> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            actor(request)
                .and_then(|actor| permit(request, actor))
                .map(Self),
        )
    }
}

fn fresh(request: &HttpRequest, actor: SessionActor) -> Result<proof::Fresh, Problem> {
    let api = request.app_data::<web::Data<Api>>();
    let api = api.ok_or_else(|| Problem::new(Code::Internal))?;
    Ok(actor.fresh(api.clock.now())?)
}

impl FromRequest for Fresh {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(in_session(request).and_then(|actor| fresh(request, actor).map(Self)))
    }
}

impl<P: Right> FromRequest for FreshlyAuthorized<P> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(in_session(request).and_then(|actor| {
            let permitted = permit(request, Actor::clone(&actor))?;
            Ok(Self(permitted, fresh(request, actor)?))
        }))
    }
}

impl FromRequest for Leaving {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match caller(request) {
            Caller::Known(actor) => match actor.by_session() {
                Ok(actor) => Ok(Self(Some(actor))),
                Err(refused) => Err(refused.into()),
            },
            Caller::Refused(AuthenticateError::SessionEnded) => Ok(Self(None)),
            Caller::Anonymous => Err(Problem::new(Code::Unauthenticated)),
            Caller::Refused(error) => Err(error.into()),
        })
    }
}

impl FromRequest for Bearer {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(match caller(request) {
            Caller::Known(actor) => Some(actor.user()),
            Caller::Anonymous | Caller::Refused(_) => None,
        })))
    }
}

impl FromRequest for RequestOrigin {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let origin = request.extensions().get::<Origin>().cloned();
        let mut origin = origin.unwrap_or_default();
        origin.device = origin.user_agent.as_deref().and_then(device::read);
        ready(Ok(Self(origin)))
    }
}
