//! Reading one script.

use std::sync::Arc;

use domain::access::actor::Viewer;
use domain::access::policy::may_see_script;
use domain::account::username::UsernameKey;
use domain::id::ScriptId;
use domain::outage::Outage;
use domain::port::scripts::Scripts;
use domain::script::entity::ScriptDetail;
use domain::script::slug::Slug;

/// Shows one script.
pub struct ReadScript {
    /// Knows the scripts.
    pub scripts: Arc<dyn Scripts>,
}

/// Why a script is not shown.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It does not exist for this viewer.
    #[error("there is no such script")]
    NotFound,
    /// We could not find out.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl ReadScript {
    /// The script of that id.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn by_id(&self, viewer: &Viewer, id: ScriptId) -> Result<ScriptDetail, ReadError> {
        shown(viewer, self.scripts.find(id).await?)
    }

    /// The script at that readable address.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn by_address(
        &self,
        viewer: &Viewer,
        owner: &UsernameKey,
        slug: &Slug,
    ) -> Result<ScriptDetail, ReadError> {
        shown(viewer, self.scripts.find_by_slug(owner, slug).await?)
    }
}

fn shown(viewer: &Viewer, found: Option<ScriptDetail>) -> Result<ScriptDetail, ReadError> {
    found
        .filter(|detail| may_see_script(viewer, detail.script.access()))
        .ok_or(ReadError::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::UserId;
    use domain::port::scripts::MockScripts;
    use domain::script::state::{ScriptStatus, Visibility};
    use test_support::{a_detail, actor};
    use uuid::Uuid;

    async fn reads(viewer: Viewer, detail: ScriptDetail) -> bool {
        let id = detail.script.id;
        let mut scripts = MockScripts::new();
        scripts
            .expect_find()
            .returning(move |_| Ok(Some(detail.clone())));
        let use_case = ReadScript {
            scripts: Arc::new(scripts),
        };
        match use_case.by_id(&viewer, id).await {
            Ok(_) => true,
            Err(ReadError::NotFound) => false,
            Err(ReadError::Outage(outage)) => panic!("{outage}"),
        }
    }

    #[tokio::test]
    async fn a_private_script_exists_for_its_owner_only() {
        let owner = UserId::new(Uuid::from_u128(1));
        let mut detail = a_detail(owner);
        detail.script.visibility = Visibility::Private;
        let owner_looks = Viewer::SignedIn(actor().of(owner).build());
        assert!(reads(owner_looks, detail.clone()).await);
        assert!(!reads(Viewer::SignedIn(actor().build()), detail.clone()).await);
        assert!(!reads(Viewer::Anonymous, detail).await);
    }

    #[tokio::test]
    async fn a_deleted_script_exists_for_nobody() {
        let owner = UserId::new(Uuid::from_u128(1));
        let mut detail = a_detail(owner);
        detail.script.status = ScriptStatus::Deleted;
        let owner_looks = Viewer::SignedIn(actor().of(owner).build());
        assert!(!reads(owner_looks, detail).await);
    }

    #[tokio::test]
    async fn an_unlisted_script_is_shown_to_whoever_knows_its_address() {
        let mut detail = a_detail(UserId::new(Uuid::from_u128(1)));
        detail.script.visibility = Visibility::Unlisted;
        assert!(reads(Viewer::Anonymous, detail).await);
    }
}
