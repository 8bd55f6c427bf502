//! What a person has made here, for handing all of it to them.

use async_trait::async_trait;

use crate::id::{ScriptId, UserId};
use crate::outage::Outage;
use crate::script::entity::{OpenedVersion, ScriptDetail};
use crate::script::version::VersionNumber;

/// Reads for the export of an account; PostgreSQL. Each is one query, however much there is.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait PersonalData: Send + Sync {
    /// The scripts of a person, those included that are deleted and not yet forgotten, in the order of their ids: at most `limit`,
    /// beginning behind `after`.
    async fn list_scripts(
        &self,
        user: UserId,
        after: Option<ScriptId>,
        limit: u16,
    ) -> Result<Vec<ScriptDetail>, Outage>;

    /// Which versions the scripts of a person have, in the order of scripts and numbers; without contents, so that all fit into memory.
    async fn list_versions(&self, user: UserId) -> Result<Vec<HeldVersion>, Outage>;

    /// Some of those versions with their contents, in the same order. One that is gone by now is left out.
    async fn open_versions(&self, versions: &[HeldVersion]) -> Result<Vec<OpenedVersion>, Outage>;
}

/// A version that somebody has, and how large its content is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldVersion {
    /// Of which script.
    pub script: ScriptId,
    /// Which one.
    pub number: VersionNumber,
    /// Bytes of its content.
    pub size: u32,
}
