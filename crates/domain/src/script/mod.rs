//! Scripts: what people publish, and its immutable versions.

pub mod content;
pub mod entity;
pub mod listing;
pub mod publication;
pub mod slug;
pub mod state;
pub mod taxonomy;
pub mod version;
pub mod wording;
