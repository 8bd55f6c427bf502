//! Scripts and their versions.

use async_trait::async_trait;

use crate::account::username::UsernameKey;
use crate::id::ScriptId;
use crate::outage::{Outage, StoreError};
use crate::page::{Limit, Page, Window};
use crate::script::entity::{OpenedVersion, ScriptDetail, ScriptSummary, VersionInContext};
use crate::script::listing::ScriptListing;
use crate::script::publication::{
    AmendConflict, Amendment, Deletion, Publication, PublishConflict, Restoration, StaleScript,
    VersionAddition, VersionConflict,
};
use crate::script::slug::Slug;
use crate::script::version::{Version, VersionSelector};

/// Scripts; PostgreSQL. Reads answer what is there, deleted scripts included; who may see it is decided by
/// [`policy`](crate::access::policy). No read answers a script whose owner is deleted: it comes back with them.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Scripts: Send + Sync {
    /// Records a new script with its first version, content, audit trail and stored answer, atomically.
    ///
    /// # Errors
    /// See [`PublishConflict`].
    async fn publish(&self, publication: &Publication) -> Result<(), StoreError<PublishConflict>>;

    /// A script with owner and newest version, in one query.
    async fn find(&self, script: ScriptId) -> Result<Option<ScriptDetail>, Outage>;

    /// The same by its readable address.
    async fn find_by_slug(
        &self,
        owner: &UsernameKey,
        slug: &Slug,
    ) -> Result<Option<ScriptDetail>, Outage>;

    /// One page of a list; keyset, no bodies, one query.
    async fn list(&self, listing: &ScriptListing) -> Result<Page<ScriptSummary>, Outage>;

    /// Changes what describes a script; answers it as it is now.
    ///
    /// # Errors
    /// See [`AmendConflict`].
    async fn amend(&self, amendment: &Amendment)
    -> Result<ScriptDetail, StoreError<AmendConflict>>;

    /// Deletes a script softly.
    ///
    /// # Errors
    /// [`StaleScript`] if it is not there, deleted already, or not at the expected revision.
    async fn delete(&self, deletion: &Deletion) -> Result<(), StoreError<StaleScript>>;

    /// Brings a softly deleted script back; answers it as it is now.
    ///
    /// # Errors
    /// [`StaleScript`] if it is not deleted, or was deleted too long ago.
    async fn restore(
        &self,
        restoration: &Restoration,
    ) -> Result<ScriptDetail, StoreError<StaleScript>>;

    /// Records a further version with its content, audit trail and stored answer, atomically; the script's revision moves on.
    ///
    /// # Errors
    /// See [`VersionConflict`].
    async fn add_version(
        &self,
        addition: &VersionAddition,
    ) -> Result<(), StoreError<VersionConflict>>;

    /// The versions of a script, newest first. The position of a version carries its number as the id (`Uuid::from_u128`).
    async fn list_versions(
        &self,
        script: ScriptId,
        window: Window,
        limit: Limit,
    ) -> Result<Page<Version>, Outage>;

    /// One version and what decides who may read it, without its content.
    async fn find_version(
        &self,
        script: ScriptId,
        selector: &VersionSelector,
    ) -> Result<Option<VersionInContext>, Outage>;

    /// One version with its content, in one query.
    async fn open_version(
        &self,
        script: ScriptId,
        selector: &VersionSelector,
    ) -> Result<Option<OpenedVersion>, Outage>;
}
