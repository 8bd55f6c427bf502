//! Lists of scripts.

use std::sync::Arc;

use domain::access::actor::Viewer;
use domain::access::permission::Permission;
use domain::account::username::UsernameKey;
use domain::id::ScriptId;
use domain::outage::Outage;
use domain::page::{Limit, Page, Window};
use domain::port::profiles::Profiles;
use domain::port::scripts::Scripts;
use domain::script::entity::ScriptSummary;
use domain::script::listing::{ListScope, ScriptFilter, ScriptListing, ScriptSort};

/// Lists scripts.
pub struct ListScripts {
    /// Knows the scripts.
    pub scripts: Arc<dyn Scripts>,
    /// Knows the people.
    pub profiles: Arc<dyn Profiles>,
}

/// Which page of which list.
#[derive(Debug, Clone)]
pub struct ListQuery {
    /// Which scripts.
    pub filter: ScriptFilter,
    /// In which order.
    pub sort: ScriptSort,
    /// Where the page starts.
    pub window: Window,
    /// How many.
    pub limit: Limit,
}

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// There is no such person.
    #[error("there is no such person")]
    UnknownPerson,
    /// We could not find out.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl ListScripts {
    /// Public scripts; the same list for everybody.
    ///
    /// # Errors
    /// An outage.
    pub async fn public(&self, query: ListQuery) -> Result<Page<ScriptSummary>, Outage> {
        self.page(ListScope::Public, query).await
    }

    /// The scripts of one person that the viewer may see in a list: everything for the person and for staff, the public
    /// ones for all others.
    ///
    /// # Errors
    /// See [`ListError`].
    pub async fn of_person(
        &self,
        viewer: &Viewer,
        person: UsernameKey,
        mut query: ListQuery,
    ) -> Result<Page<ScriptSummary>, ListError> {
        let profile = self
            .profiles
            .find_public(&person)
            .await?
            .ok_or(ListError::UnknownPerson)?;
        let insider = viewer.user() == Some(profile.id) || viewer.may(Permission::ScriptsModerate);
        let scope = if insider {
            query.filter.among = kept_to(viewer);
            ListScope::Everything { owner: profile.id }
        } else {
            query.filter.author = Some(person);
            ListScope::Public
        };
        Ok(self.page(scope, query).await?)
    }

    async fn page(
        &self,
        scope: ListScope,
        query: ListQuery,
    ) -> Result<Page<ScriptSummary>, Outage> {
        let listing = ScriptListing {
            scope,
            filter: query.filter,
            sort: query.sort,
            window: query.window,
            limit: query.limit,
        };
        self.scripts.list(&listing).await
    }
}

/// Through an API key that is kept to certain scripts, its owner lists those.
fn kept_to(viewer: &Viewer) -> Option<Vec<ScriptId>> {
    match viewer {
        Viewer::Anonymous => None,
        Viewer::SignedIn(actor) => actor.carrier().kept_to().map(<[_]>::to_vec),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::access::key::KeyScope;
    use domain::account::profile::Biography;
    use domain::account::user::PublicProfile;
    use domain::account::username::Username;
    use domain::id::UserId;
    use domain::port::profiles::MockProfiles;
    use domain::port::scripts::MockScripts;
    use test_support::{FixedClock, actor};
    use uuid::Uuid;

    const ALICE: UserId = UserId::new(Uuid::from_u128(1));

    fn query() -> ListQuery {
        ListQuery {
            filter: ScriptFilter::default(),
            sort: ScriptSort::New,
            window: Window::First,
            limit: Limit::DEFAULT,
        }
    }

    async fn scope_for(viewer: Viewer) -> (ListScope, Option<UsernameKey>) {
        let listing = listing_for(viewer).await;
        assert_eq!(listing.filter.among, None);
        (listing.scope, listing.filter.author)
    }

    async fn listing_for(viewer: Viewer) -> ScriptListing {
        let mut profiles = MockProfiles::new();
        profiles.expect_find_public().returning(|_| {
            Ok(Some(PublicProfile {
                id: ALICE,
                username: Username::parse("alice").unwrap(),
                display_name: None,
                biography: Biography::default(),
                avatar: None,
                public_scripts: 0,
                created_at: domain::port::clock::Clock::now(&FixedClock::default()),
            }))
        });
        let (seen, listed) = std::sync::mpsc::channel();
        let mut scripts = MockScripts::new();
        scripts.expect_list().once().returning(move |listing| {
            seen.send(listing.clone()).unwrap();
            Ok(Page {
                items: Vec::new(),
                next: None,
                previous: None,
            })
        });
        let use_case = ListScripts {
            scripts: Arc::new(scripts),
            profiles: Arc::new(profiles),
        };
        let alice = Username::parse("alice").unwrap().key().clone();
        use_case.of_person(&viewer, alice, query()).await.unwrap();
        listed.recv().unwrap()
    }

    #[tokio::test]
    async fn a_person_lists_everything_of_their_own() {
        let own = Viewer::SignedIn(actor().of(ALICE).build());
        let everything = ListScope::Everything { owner: ALICE };
        assert_eq!(scope_for(own).await, (everything, None));
    }

    #[tokio::test]
    async fn through_a_key_that_is_kept_to_scripts_a_person_lists_those() {
        let kept = vec![ScriptId::new(Uuid::from_u128(5))];
        let key = actor()
            .of(ALICE)
            .through_key(&[KeyScope::Read], Some(kept.clone()));
        let listing = listing_for(Viewer::SignedIn(key)).await;
        assert_eq!(listing.scope, ListScope::Everything { owner: ALICE });
        assert_eq!(listing.filter.among, Some(kept));
    }

    #[tokio::test]
    async fn others_list_what_is_public_of_that_person() {
        let alice = Username::parse("alice").unwrap().key().clone();
        let expected = (ListScope::Public, Some(alice));
        assert_eq!(scope_for(Viewer::Anonymous).await, expected);
        let stranger = Viewer::SignedIn(actor().build());
        assert_eq!(scope_for(stranger).await, expected);
    }

    #[tokio::test]
    async fn an_unknown_person_has_no_list_rather_than_an_empty_one() {
        let mut profiles = MockProfiles::new();
        profiles.expect_find_public().returning(|_| Ok(None));
        let use_case = ListScripts {
            scripts: Arc::new(MockScripts::new()),
            profiles: Arc::new(profiles),
        };
        let nobody = Username::parse("nobody-1").unwrap().key().clone();
        let outcome = use_case
            .of_person(&Viewer::Anonymous, nobody, query())
            .await;
        assert!(matches!(outcome, Err(ListError::UnknownPerson)));
    }
}
