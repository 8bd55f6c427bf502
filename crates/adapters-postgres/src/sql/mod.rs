//! Statements that several writes share.

pub(crate) mod access;
pub(crate) mod api_keys;
pub(crate) mod idempotency;
pub(crate) mod journal;
pub(crate) mod script;
pub(crate) mod session;
pub(crate) mod tokens;
