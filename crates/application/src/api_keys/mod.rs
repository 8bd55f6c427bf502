//! API keys of one's own: made, listed, ended.

pub mod issue;
pub mod list;
pub mod revoke;
