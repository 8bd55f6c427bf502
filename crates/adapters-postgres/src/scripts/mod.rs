//! Scripts and their versions.

mod reads;
mod writes;

use async_trait::async_trait;
use domain::account::username::UsernameKey;
use domain::id::ScriptId;
use domain::outage::{Outage, StoreError};
use domain::page::{Limit, Page, Window};
use domain::port::scripts::Scripts;
use domain::script::entity::{OpenedVersion, ScriptDetail, ScriptSummary, VersionInContext};
use domain::script::listing::ScriptListing;
use domain::script::publication::{
    AmendConflict, Amendment, Deletion, Publication, PublishConflict, Restoration, StaleScript,
    VersionAddition, VersionConflict,
};
use domain::script::slug::Slug;
use domain::script::version::{Version, VersionSelector};

use crate::pg::Pg;

/// Scripts in PostgreSQL.
#[derive(Clone)]
pub struct PgScripts(Pg);

impl PgScripts {
    /// Scripts behind this pool.
    #[must_use]
    pub const fn new(pg: Pg) -> Self {
        Self(pg)
    }
}

#[async_trait]
impl Scripts for PgScripts {
    async fn publish(&self, publication: &Publication) -> Result<(), StoreError<PublishConflict>> {
        self.0
            .write("publish_script", publication.clone(), writes::publish)
            .await
    }

    async fn find(&self, script: ScriptId) -> Result<Option<ScriptDetail>, Outage> {
        reads::find(&self.0, script).await
    }

    async fn find_by_slug(
        &self,
        owner: &UsernameKey,
        slug: &Slug,
    ) -> Result<Option<ScriptDetail>, Outage> {
        reads::find_by_slug(&self.0, owner, slug).await
    }

    async fn list(&self, listing: &ScriptListing) -> Result<Page<ScriptSummary>, Outage> {
        reads::list(&self.0, listing).await
    }

    async fn amend(
        &self,
        amendment: &Amendment,
    ) -> Result<ScriptDetail, StoreError<AmendConflict>> {
        self.0
            .write("amend_script", amendment.clone(), writes::amend)
            .await
    }

    async fn delete(&self, deletion: &Deletion) -> Result<(), StoreError<StaleScript>> {
        self.0
            .write("delete_script", deletion.clone(), writes::delete)
            .await
    }

    async fn restore(
        &self,
        restoration: &Restoration,
    ) -> Result<ScriptDetail, StoreError<StaleScript>> {
        self.0
            .write("restore_script", restoration.clone(), writes::restore)
            .await
    }

    async fn add_version(
        &self,
        addition: &VersionAddition,
    ) -> Result<(), StoreError<VersionConflict>> {
        self.0
            .write("add_version", addition.clone(), writes::add_version)
            .await
    }

    async fn list_versions(
        &self,
        script: ScriptId,
        window: Window,
        limit: Limit,
    ) -> Result<Page<Version>, Outage> {
        reads::list_versions(&self.0, script, window, limit).await
    }

    async fn find_version(
        &self,
        script: ScriptId,
        selector: &VersionSelector,
    ) -> Result<Option<VersionInContext>, Outage> {
        reads::find_version(&self.0, script, selector).await
    }

    async fn open_version(
        &self,
        script: ScriptId,
        selector: &VersionSelector,
    ) -> Result<Option<OpenedVersion>, Outage> {
        reads::open_version(&self.0, script, selector).await
    }
}
