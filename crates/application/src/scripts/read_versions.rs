//! Reading versions and their content.

use std::sync::Arc;

use domain::access::actor::Viewer;
use domain::access::policy::may_see_script;
use domain::id::ScriptId;
use domain::outage::Outage;
use domain::page::{Limit, Page, Window};
use domain::port::content_packer::ContentPacker;
use domain::port::scripts::Scripts;
use domain::script::content::PackedContent;
use domain::script::entity::VersionInContext;
use domain::script::version::{Version, VersionSelector};

/// Shows versions.
pub struct ReadVersions {
    /// Knows the versions.
    pub scripts: Arc<dyn Scripts>,
    /// Makes text of stored content.
    pub packer: Arc<dyn ContentPacker>,
}

/// A version with its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The version and its context.
    pub context: VersionInContext,
    /// Its content.
    pub content: PackedContent,
}

/// Why a version is not shown.
#[derive(Debug, thiserror::Error)]
pub enum VersionError {
    /// The script or the version does not exist for this viewer.
    #[error("there is no such version")]
    NotFound,
    /// The version exists, its content was erased.
    #[error("the content of the version was erased")]
    Erased,
    /// We could not find out.
    #[error(transparent)]
    Outage(#[from] Outage),
}

impl ReadVersions {
    /// One page of the versions of a script, newest first.
    ///
    /// # Errors
    /// [`VersionError::NotFound`] or an outage.
    pub async fn list(
        &self,
        viewer: &Viewer,
        script: ScriptId,
        window: Window,
        limit: Limit,
    ) -> Result<Page<Version>, VersionError> {
        let found = self.scripts.find(script).await?;
        if found.is_some_and(|detail| may_see_script(viewer, detail.script.access())) {
            Ok(self.scripts.list_versions(script, window, limit).await?)
        } else {
            Err(VersionError::NotFound)
        }
    }

    /// One version, without its content.
    ///
    /// # Errors
    /// [`VersionError::NotFound`] or an outage.
    pub async fn find(
        &self,
        viewer: &Viewer,
        script: ScriptId,
        selector: &VersionSelector,
    ) -> Result<VersionInContext, VersionError> {
        self.scripts
            .find_version(script, selector)
            .await?
            .filter(|found| may_see_script(viewer, found.access))
            .ok_or(VersionError::NotFound)
    }

    /// One version with its content as it is stored: compressed.
    ///
    /// # Errors
    /// See [`VersionError`].
    pub async fn open(
        &self,
        viewer: &Viewer,
        script: ScriptId,
        selector: &VersionSelector,
    ) -> Result<Opened, VersionError> {
        let opened = self
            .scripts
            .open_version(script, selector)
            .await?
            .filter(|opened| may_see_script(viewer, opened.context.access))
            .ok_or(VersionError::NotFound)?;
        Ok(Opened {
            context: opened.context,
            content: opened.content.ok_or(VersionError::Erased)?,
        })
    }

    /// The text of a stored content, for those who do not take it compressed.
    ///
    /// # Errors
    /// An outage.
    pub async fn text(&self, content: &PackedContent) -> Result<Vec<u8>, Outage> {
        self.packer.unpack(content).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::UserId;
    use domain::port::content_packer::MockContentPacker;
    use domain::port::scripts::MockScripts;
    use domain::script::entity::OpenedVersion;
    use domain::script::state::Visibility;
    use test_support::{a_detail, packed};
    use uuid::Uuid;

    const OWNER: UserId = UserId::new(Uuid::from_u128(1));

    fn context(visibility: Visibility) -> VersionInContext {
        let mut detail = a_detail(OWNER);
        detail.script.visibility = visibility;
        VersionInContext {
            access: detail.script.access(),
            slug: detail.script.slug,
            language: detail.script.language,
            version: detail.latest,
        }
    }

    async fn open(
        visibility: Visibility,
        content: Option<PackedContent>,
    ) -> Result<Opened, VersionError> {
        let opened = OpenedVersion {
            context: context(visibility),
            content,
        };
        let script = opened.context.version.script;
        let mut scripts = MockScripts::new();
        scripts
            .expect_open_version()
            .returning(move |_, _| Ok(Some(opened.clone())));
        let use_case = ReadVersions {
            scripts: Arc::new(scripts),
            packer: Arc::new(MockContentPacker::new()),
        };
        use_case
            .open(&Viewer::Anonymous, script, &VersionSelector::Latest)
            .await
    }

    #[tokio::test]
    async fn the_content_of_a_public_script_is_open_to_everybody() {
        let opened = open(Visibility::Public, Some(packed(3))).await.unwrap();
        assert_eq!(opened.content, packed(3));
    }

    #[tokio::test]
    async fn the_content_of_a_private_script_does_not_exist_for_strangers() {
        for visibility in [Visibility::Private, Visibility::Draft] {
            let outcome = open(visibility, Some(packed(3))).await;
            assert!(matches!(outcome, Err(VersionError::NotFound)));
        }
    }

    #[tokio::test]
    async fn an_erased_content_is_told_apart_from_a_missing_version() {
        let outcome = open(Visibility::Public, None).await;
        assert!(matches!(outcome, Err(VersionError::Erased)));
    }

    #[tokio::test]
    async fn the_versions_of_a_private_script_are_listed_to_no_stranger() {
        let mut detail = a_detail(OWNER);
        detail.script.visibility = Visibility::Private;
        let script = detail.script.id;
        let mut scripts = MockScripts::new();
        scripts
            .expect_find()
            .returning(move |_| Ok(Some(detail.clone())));
        let use_case = ReadVersions {
            scripts: Arc::new(scripts),
            packer: Arc::new(MockContentPacker::new()),
        };
        let outcome = use_case
            .list(&Viewer::Anonymous, script, Window::First, Limit::DEFAULT)
            .await;
        assert!(matches!(outcome, Err(VersionError::NotFound)));
    }
}
