//! What people tell about themselves.

use std::sync::Arc;

use domain::access::actor::SessionActor;
use domain::account::profile::{DisplayName, ProfileChange, ProfilePatch};
use domain::account::user::{PublicProfile, User, UserWithRoles};
use domain::account::username::UsernameKey;
use domain::audit::{AuditAction, AuditEntry, Facts, Subject};
use domain::journal::Journal;
use domain::outage::{Outage, StoreError};
use domain::port::accounts::Accounts;
use domain::port::clock::Clock;
use domain::port::ids::Ids;
use domain::port::profiles::{Profiles, StaleProfile};
use domain::revision::Revision;

/// Shows and changes one's own profile, and shows those of others.
pub struct ProfilePages {
    /// Knows the accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Knows and changes profiles.
    pub profiles: Arc<dyn Profiles>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Why a profile was not shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// There is no such person, or no longer.
    #[error("there is no such person")]
    NotFound,
    /// The profile was changed in between.
    #[error("the profile has changed")]
    Stale,
    /// We could not do it.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl ProfilePages {
    /// One's own account.
    ///
    /// # Errors
    /// [`ProfileError::NotFound`] or an outage.
    pub async fn own(&self, by: &SessionActor) -> Result<UserWithRoles, ProfileError> {
        self.accounts
            .find(by.user())
            .await?
            .ok_or(ProfileError::NotFound)
    }

    /// What everybody may see of a person.
    ///
    /// # Errors
    /// [`ProfileError::NotFound`] or an outage.
    pub async fn public(&self, username: &UsernameKey) -> Result<PublicProfile, ProfileError> {
        self.profiles
            .find_public(username)
            .await?
            .ok_or(ProfileError::NotFound)
    }

    /// Changes one's own profile, if it still is as `expected`.
    ///
    /// # Errors
    /// See [`ProfileError`].
    pub async fn change(
        &self,
        by: &SessionActor,
        expected: Revision,
        patch: ProfilePatch,
    ) -> Result<UserWithRoles, ProfileError> {
        let current = self.own(by).await?;
        if current.user.revision != expected {
            return Err(ProfileError::Stale);
        }
        let now = self.clock.now();
        let (before, after) = difference(&current.user, &patch);
        let entry = AuditEntry::success(
            self.ids.audit(),
            now,
            by.party(),
            AuditAction::UpdateProfile,
            Subject::User(by.user()),
            by.origin(),
        )
        .with_change(before, after);
        let change = ProfileChange {
            user: by.user(),
            expected,
            patch,
            at: now,
            journal: Journal::new(entry),
        };
        self.profiles
            .change(&change)
            .await
            .map_err(|error| match error {
                StoreError::Conflict(StaleProfile) => ProfileError::Stale,
                StoreError::Outage(outage) => ProfileError::Outage(outage),
            })
    }
}

/// What the patch changes, before and after; the biography only by name, as it may be long.
fn difference(user: &User, patch: &ProfilePatch) -> (Facts, Facts) {
    let (mut before, mut after) = (Facts::none(), Facts::none());
    if let Some(name) = &patch.display_name {
        before = before.with(
            "display_name",
            user.display_name.as_ref().map(DisplayName::as_str),
        );
        after = after.with("display_name", name.as_ref().map(DisplayName::as_str));
    }
    if let Some(locale) = patch.locale {
        before = before.with("locale", user.locale.code());
        after = after.with("locale", locale.code());
    }
    if patch.biography.is_some() {
        after = after.with("biography", "changed");
    }
    (before, after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::account::locale::Locale;
    use domain::port::accounts::MockAccounts;
    use domain::port::profiles::MockProfiles;
    use test_support::{FixedClock, SequentialIds, a_user, actor};

    fn use_case(profiles: MockProfiles) -> ProfilePages {
        let mut accounts = MockAccounts::new();
        accounts.expect_find().returning(|_| {
            Ok(Some(UserWithRoles {
                user: a_user(),
                roles: Vec::new(),
            }))
        });
        ProfilePages {
            accounts: Arc::new(accounts),
            profiles: Arc::new(profiles),
            ids: Arc::new(SequentialIds::default()),
            clock: Arc::new(FixedClock::default()),
        }
    }

    #[tokio::test]
    async fn a_change_records_what_was_there_before() {
        let mut profiles = MockProfiles::new();
        profiles
            .expect_change()
            .once()
            .withf(|change| {
                let entry = change.journal.entries().first().unwrap();
                entry.before == Facts::none().with("locale", "en")
                    && entry.after == Facts::none().with("locale", "id")
            })
            .returning(|_| {
                Ok(UserWithRoles {
                    user: a_user(),
                    roles: Vec::new(),
                })
            });
        let patch = ProfilePatch {
            locale: Some(Locale::Indonesian),
            ..ProfilePatch::default()
        };
        use_case(profiles)
            .change(&actor().in_session(), Revision::FIRST, patch)
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn a_change_of_an_older_state_is_stale_before_anything_is_written() {
        let older = Revision::restore(0);
        let outcome = use_case(MockProfiles::new())
            .change(&actor().in_session(), older, ProfilePatch::default())
            .await;
        assert!(matches!(outcome, Err(ProfileError::Stale)));
    }

    #[tokio::test]
    async fn the_second_of_two_writers_is_stale() {
        let mut profiles = MockProfiles::new();
        profiles
            .expect_change()
            .returning(|_| Err(StoreError::Conflict(StaleProfile)));
        let outcome = use_case(profiles)
            .change(
                &actor().in_session(),
                Revision::FIRST,
                ProfilePatch::default(),
            )
            .await;
        assert!(matches!(outcome, Err(ProfileError::Stale)));
    }
}
