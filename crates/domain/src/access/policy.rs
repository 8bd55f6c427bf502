//! "This object?": what ownership and visibility allow, after RBAC said "ever".

use crate::access::actor::{Actor, Viewer};
use crate::access::permission::Permission;
use crate::id::{ScriptId, UserId};
use crate::script::state::{ScriptStatus, Visibility};

/// What decides who may see and touch a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScriptAccess {
    /// Which script it is.
    pub id: ScriptId,
    /// Its owner.
    pub owner: UserId,
    /// Whom the owner shows it to.
    pub visibility: Visibility,
    /// What has become of it.
    pub status: ScriptStatus,
}

/// Whether the viewer may see the script. What may not be seen does not exist for them.
///
/// A deleted script is seen by nobody; its owner and staff can restore it, which answers it again. Through an API key that is kept
/// to other scripts, its owner sees of it what everybody sees.
#[must_use]
pub fn may_see_script(viewer: &Viewer, script: ScriptAccess) -> bool {
    let insider = match viewer {
        Viewer::Anonymous => false,
        Viewer::SignedIn(actor) => reaches(actor, script, Permission::ScriptsModerate),
    };
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
    reaches(actor, script, Permission::ScriptsUpdateAny)
}

/// Whether the actor may delete or restore the script: the owner, or a holder of `scripts.delete_any`.
#[must_use]
pub fn may_delete_script(actor: &Actor, script: ScriptAccess) -> bool {
    reaches(actor, script, Permission::ScriptsDeleteAny)
}

/// Whether the script is the actor's own, or they hold the permission to reach everybody's; through an API key, only if the key
/// reaches this script, too.
fn reaches(actor: &Actor, script: ScriptAccess, any: Permission) -> bool {
    let is_theirs = actor.user() == script.owner || actor.permissions().contains(any);
    is_theirs && actor.carrier().reaches(script.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::actor::tests::{ADA, key_of, session_of};
    use crate::access::key::KeyScope;
    use uuid::Uuid;

    const DIARY: ScriptId = ScriptId::new(Uuid::from_u128(1));
    const OTHER: ScriptId = ScriptId::new(Uuid::from_u128(2));

    const fn private(id: ScriptId) -> ScriptAccess {
        ScriptAccess {
            id,
            owner: ADA,
            visibility: Visibility::Private,
            status: ScriptStatus::Published,
        }
    }

    #[test]
    fn a_key_that_is_kept_to_a_script_reaches_no_other() {
        let kept = key_of(&[KeyScope::Write], Some(vec![DIARY]));
        assert!(may_update_script(&kept, private(DIARY)));
        assert!(may_delete_script(&kept, private(DIARY)));
        assert!(!may_update_script(&kept, private(OTHER)));
        assert!(!may_delete_script(&kept, private(OTHER)));
        let viewer = Viewer::SignedIn(kept);
        assert!(may_see_script(&viewer, private(DIARY)));
        assert!(!may_see_script(&viewer, private(OTHER)));
    }

    #[test]
    fn a_key_without_a_list_and_a_session_reach_everything_of_their_person() {
        for actor in [key_of(&[KeyScope::Write], None), session_of(&[])] {
            assert!(may_update_script(&actor, private(OTHER)));
            assert!(may_see_script(&Viewer::SignedIn(actor), private(OTHER)));
        }
    }

    #[test]
    fn what_everybody_may_see_is_seen_through_any_key() {
        let mut public = private(OTHER);
        public.visibility = Visibility::Public;
        let kept = key_of(&[KeyScope::Read], Some(vec![DIARY]));
        assert!(may_see_script(&Viewer::SignedIn(kept), public));
    }
}
