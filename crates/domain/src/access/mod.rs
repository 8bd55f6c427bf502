//! The RBAC rules: what there is to be permitted, who is permitted, and the proof of it.

pub mod actor;
pub mod authority;
pub mod edit;
pub mod impact;
pub mod key;
pub mod known_changes;
pub mod permission;
pub mod permission_name;
pub mod policy;
pub mod proof;
pub mod role;
pub mod scene;
pub mod standing;
