//! Scripts and their versions.

pub mod add_version;
pub mod amend;
pub mod delete;
pub mod list;
pub mod publish;
pub mod read;
pub mod read_versions;
pub mod restore;

use domain::access::actor::Actor;
use domain::access::permission::Permission;
use domain::script::content::{MAX_BYTES, MAX_BYTES_ADVANCED};

/// The largest content that the actor may publish, in bytes.
#[must_use]
pub const fn content_limit(by: &Actor) -> usize {
    if by.permissions().contains(Permission::ApiAdvanced) {
        MAX_BYTES_ADVANCED
    } else {
        MAX_BYTES
    }
}
