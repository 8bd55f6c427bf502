//! Ending an API key.

use std::sync::Arc;

use domain::access::actor::SessionActor;
use domain::access::standing::AccessChange;
use domain::account::api_key::KeyRevocation;
use domain::audit::{AuditAction, AuditEntry, Subject};
use domain::id::ApiKeyId;
use domain::journal::Journal;
use domain::outage::Outage;
use domain::port::announcements::Announcements;
use domain::port::api_keys::ApiKeys;
use domain::port::clock::Clock;
use domain::port::ids::Ids;

/// Ends an API key of a person, on every node within a second.
pub struct RevokeApiKey {
    /// Ends keys.
    pub keys: Arc<dyn ApiKeys>,
    /// Tells the nodes.
    pub announcements: Arc<dyn Announcements>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why no key was ended.
#[derive(Debug, thiserror::Error)]
pub enum RevokeKeyError {
    /// The person has no such key, or has none any more.
    #[error("there is no such key")]
    NotFound,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl RevokeApiKey {
    /// Ends the key.
    ///
    /// # Errors
    /// See [`RevokeKeyError`].
    pub async fn run(&self, by: &SessionActor, key: ApiKeyId) -> Result<(), RevokeKeyError> {
        let (user, now) = (by.user(), self.clock.now());
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            by.party(),
            AuditAction::RevokeApiKey,
            Subject::ApiKey(key),
            by.origin(),
        );
        let revocation = KeyRevocation {
            key,
            user,
            at: now,
            journal: Journal::new(entry),
        };
        let epoch = self.keys.revoke(&revocation).await?;
        let epoch = epoch.ok_or(RevokeKeyError::NotFound)?;
        self.announcements
            .announce(&[AccessChange::User { user, epoch }])
            .await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::access::standing::AccessEpoch;
    use domain::port::announcements::MockAnnouncements;
    use domain::port::api_keys::MockApiKeys;
    use test_support::{FixedClock, SequentialIds, actor};
    use uuid::Uuid;

    const KEY: ApiKeyId = ApiKeyId::new(Uuid::from_u128(7));

    async fn run(
        by: &SessionActor,
        ended: Option<AccessEpoch>,
        announcements: MockAnnouncements,
    ) -> Result<(), RevokeKeyError> {
        let mut keys = MockApiKeys::new();
        let user = by.user();
        keys.expect_revoke()
            .once()
            .withf(move |revocation| revocation.user == user && revocation.key == KEY)
            .returning(move |_| Ok(ended));
        let use_case = RevokeApiKey {
            keys: Arc::new(keys),
            announcements: Arc::new(announcements),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(FixedClock::default()),
        };
        use_case.run(by, KEY).await
    }

    #[tokio::test]
    async fn an_ended_key_is_announced_to_every_node() {
        let by = actor().in_session();
        let told = AccessChange::User {
            user: by.user(),
            epoch: AccessEpoch(3),
        };
        let mut announcements = MockAnnouncements::new();
        announcements
            .expect_announce()
            .once()
            .withf(move |changes| changes == [told])
            .return_const(());
        run(&by, Some(AccessEpoch(3)), announcements).await.unwrap();
    }

    #[tokio::test]
    async fn a_key_that_is_not_there_is_not_found_and_nothing_is_announced() {
        let outcome = run(&actor().in_session(), None, MockAnnouncements::new()).await;
        assert!(matches!(outcome, Err(RevokeKeyError::NotFound)));
    }
}
