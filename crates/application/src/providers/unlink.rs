//! One way to sign in less.

use std::sync::Arc;

use domain::access::proof::Fresh;
use domain::account::identity::ProviderName;
use domain::account::linking::{UnlinkConflict, Unlinking};
use domain::audit::AuditAction;
use domain::job::Letter;
use domain::outage::{Outage, StoreError};
use domain::port::clock::Clock;
use domain::port::identities::Identities;
use domain::port::identity_providers::IdentityProviders;
use domain::port::ids::Ids;

use crate::accounts::{Notice, with_notice};

/// Unlinks the identity of a provider, for somebody who has just proven who they are.
pub struct UnlinkProvider {
    /// Knows through whom one can sign in now.
    pub providers: Arc<dyn IdentityProviders>,
    /// Unlinks.
    pub identities: Arc<dyn Identities>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why it is still linked.
#[derive(Debug, thiserror::Error)]
pub enum UnlinkError {
    /// There is none of this provider.
    #[error("there is no such link")]
    NotLinked,
    /// Nobody could sign in any more.
    #[error("it is the last way to sign in")]
    LastWay,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl UnlinkProvider {
    /// Unlinks, and tells the person by mail.
    ///
    /// # Errors
    /// See [`UnlinkError`].
    pub async fn run(&self, by: &Fresh, provider: ProviderName) -> Result<(), UnlinkError> {
        let (actor, now) = (by.actor(), self.clock.now());
        let user = actor.user();
        let action = AuditAction::UnlinkProvider;
        let entry = super::entry(
            &*self.ids,
            &*self.clock,
            action,
            user,
            &provider,
            actor.origin(),
        );
        let named = Some(provider.as_str().to_owned());
        let notice = Notice::of(Letter::ProviderUnlinked).naming(named);
        let usable = self.providers.list().into_iter().map(|label| label.name);
        let unlinking = Unlinking {
            user,
            provider,
            usable: usable.collect(),
            at: now,
            journal: with_notice(&*self.ids, entry, user, notice, now),
        };
        let unlinked = self.identities.unlink(&unlinking).await;
        unlinked.map_err(|error| match error {
            StoreError::Conflict(UnlinkConflict::NotLinked) => UnlinkError::NotLinked,
            StoreError::Conflict(UnlinkConflict::LastWay) => UnlinkError::LastWay,
            StoreError::Outage(outage) => UnlinkError::Outage(outage),
        })
    }
}
