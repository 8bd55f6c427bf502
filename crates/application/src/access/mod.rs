//! Who calls, and changing what they may.

pub mod authenticate;
pub mod compare;
pub mod edit;
pub mod read;
