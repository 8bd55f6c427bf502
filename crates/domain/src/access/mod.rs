//! The RBAC rules: what there is to be permitted, who is permitted, and the proof of it.

pub mod actor;
pub mod authority;
pub mod key;
pub mod known_changes;
pub mod permission;
pub mod policy;
pub mod proof;
pub mod role;
pub mod standing;
