//! The use cases of roles and permissions.

use std::sync::Arc;

use application::access::compare::ComparePermissions;
use application::access::edit::EditAccess;
use application::access::read::ReadAccess;

use super::adapters::Adapters;

pub(super) fn read(adapters: &Adapters) -> ReadAccess {
    ReadAccess {
        roles: adapters.roles.clone(),
    }
}

pub(super) fn edit(adapters: &Adapters) -> EditAccess {
    EditAccess {
        edits: adapters.access_edits.clone(),
        announcements: Arc::clone(&adapters.announcements),
        ids: adapters.ids.clone(),
        clock: adapters.clock.clone(),
    }
}

pub(super) fn compare(adapters: &Adapters) -> ComparePermissions {
    ComparePermissions {
        roles: adapters.roles.clone(),
    }
}
