//! "This object?": what ownership and visibility allow, after RBAC said "ever".

use crate::access::actor::{Actor, Viewer};
use crate::access::permission::Permission;
use crate::id::UserId;
use crate::script::state::{ScriptStatus, Visibility};

/// What decides who may see and touch a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScriptAccess {
    /// Its owner.
    pub owner: UserId,
    /// Whom the owner shows it to.
    pub visibility: Visibility,
    /// What has become of it.
    pub status: ScriptStatus,
}

/// Whether the viewer may see the script. What may not be seen does not exist for them.
///
/// A deleted script is seen by nobody; its owner and staff can restore it, which answers it again.
#[must_use]
pub fn may_see_script(viewer: &Viewer, script: ScriptAccess) -> bool {
    let insider = viewer.user() == Some(script.owner) || viewer.may(Permission::ScriptsModerate);
    match script.status {
        ScriptStatus::Published => match script.visibility {
            Visibility::Public | Visibility::Unlisted => true,
            Visibility::Private | Visibility::Draft => insider,
        },
        ScriptStatus::Quarantined | ScriptStatus::Removed => insider,
        ScriptStatus::Deleted => false,
    }
}

/// Whether the actor may change the script: the owner, or a holder of `scripts.update_any`.
#[must_use]
pub fn may_update_script(actor: &Actor, script: ScriptAccess) -> bool {
    actor.user() == script.owner || actor.permissions().contains(Permission::ScriptsUpdateAny)
}

/// Whether the actor may delete or restore the script: the owner, or a holder of `scripts.delete_any`.
#[must_use]
pub fn may_delete_script(actor: &Actor, script: ScriptAccess) -> bool {
    actor.user() == script.owner || actor.permissions().contains(Permission::ScriptsDeleteAny)
}
