//! On whose authority staff acts.

use std::marker::PhantomData;

use crate::access::proof::{Permitted, Right};
use crate::audit::{Origin, Party};
use crate::id::UserId;

/// The authority to do `P` to others: a person who holds the permission, or whoever has the operator's shell.
///
/// Only a [`Permitted<P>`] or the operator's door makes one, so the same use case serves both and can be called by nobody else.
#[derive(Debug)]
pub struct Authority<P> {
    party: Party,
    origin: Origin,
    proof: PhantomData<fn() -> P>,
}

impl<P: Right> From<Permitted<P>> for Authority<P> {
    fn from(permitted: Permitted<P>) -> Self {
        let actor = permitted.actor();
        Self {
            party: actor.party(),
            origin: actor.origin().clone(),
            proof: PhantomData,
        }
    }
}

impl<P> Authority<P> {
    /// Somebody with a shell on the operator's machine: for the command line only.
    #[must_use]
    pub fn operator() -> Self {
        Self {
            party: Party::Operator,
            origin: Origin::default(),
            proof: PhantomData,
        }
    }

    /// The platform itself, by a schedule.
    #[must_use]
    pub fn schedule() -> Self {
        Self {
            party: Party::System,
            ..Self::operator()
        }
    }

    /// Who acts.
    #[must_use]
    pub const fn party(&self) -> Party {
        self.party
    }

    /// The person who acts, who must stand above whom they act upon; `None` is the operator or the platform itself, who stand above
    /// everybody.
    #[must_use]
    pub const fn person(&self) -> Option<UserId> {
        match self.party {
            Party::User(user) => Some(user),
            Party::Anonymous | Party::System | Party::Operator => None,
        }
    }

    /// Where the act came from.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }
}
